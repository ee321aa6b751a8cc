"""A file that is no statement, or not a whole one: it is refused as a whole."""

from billing.errors import Rejected


def bad_statement(why: str) -> Rejected:
    """What is wrong with it, in a sentence for the person who has it in hand."""
    return Rejected("bad_statement", f"This is no bank statement that can be read: {why}.")
