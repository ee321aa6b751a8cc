"""The words of the console's pages: catalogue keys."""

from collections.abc import Mapping

from portal.words import spaced

COMMANDS: Mapping[str, str] = {}


def command_name(kind: str) -> str:
    """What somebody asked for."""
    return COMMANDS.get(kind, spaced(kind).capitalize())
