"""Where somebody of staff looks at what a command of theirs changed."""

from collections.abc import Mapping
from typing import Any

HOME = "/"


def after(kind: str, said: Mapping[str, Any]) -> str:
    """The page of what the command was about."""
    return HOME
