"""What can go wrong before Cashbeat runs."""


class StackError(Exception):
    """The stack cannot start or go on. The text is one sentence for the person at the terminal, who can act on it."""
