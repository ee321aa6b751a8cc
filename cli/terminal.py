"""What every command has of the terminal: settings that are checked, and a word on the way."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from settings import Settings


def settings() -> "Settings":
    """Those of this process; ends it in one sentence when one cannot be used."""
    import logs
    from settings import load

    loaded = load()
    # at the terminal only what needs attention; the processes write their own logs
    logs.configure(loaded.model_copy(update={"log_level": "WARNING"}), "cli")
    return loaded


def say(text: str) -> None:
    """To standard error: results alone go to standard output."""
    typer.echo(text, err=True)
