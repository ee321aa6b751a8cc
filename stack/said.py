"""What a person says at a terminal, as it is kept."""

from stack.errors import StackError
from stack.printable import printable

WHO_CHARACTERS_MAX = 100


def who_decides(name: str) -> str:
    """The name under which a decision is kept; raises StackError without one."""
    return said(name, WHO_CHARACTERS_MAX, "who decides")


def said(text: str, characters_max: int, what: str) -> str:
    """On one line, of which every character prints; raises StackError for nothing, and for more than is kept."""
    line = printable(" ".join(text.split()))
    if not 0 < len(line) <= characters_max:
        raise StackError(f"say {what} in up to {characters_max} characters")
    return line
