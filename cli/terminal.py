"""What every command has of the terminal: settings that are checked, and a word on the way."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from settings import Settings

LOGIN_NAMES = ["SUDO_USER", "LOGNAME", "USER"]
# who decides is kept with what was decided; the list of variables is told in words, and not as Python writes it
Who = Annotated[
    str,
    typer.Option(
        "--by",
        envvar=LOGIN_NAMES,
        show_envvar=False,
        help=f"Who decides so; it is kept. Else the login's name, from {', '.join(LOGIN_NAMES)}.",
    ),
]


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
