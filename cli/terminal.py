"""What every command has of the terminal: settings that are checked, and a word on the way."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from settings import Settings
    from stack.deeds import Typed

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
    from stack.deeds import begin

    loaded = load()
    # at the terminal only what needs attention; the processes write their own logs
    logs.configure(loaded.model_copy(update={"log_level": "WARNING"}), "cli")
    begin(_typed())
    return loaded


def _typed() -> "Typed":
    """What was typed, for whoever writes down what it did. Secrets are no arguments, see `cli.providers`."""
    from typer.main import get_current_context  # type: ignore[attr-defined]  # typer has it, and names it nowhere else

    from stack.deeds import Typed

    context = get_current_context()
    names, said = [], dict(context.params)
    while context.parent is not None:
        names.append(str(context.info_name))
        context = context.parent
    return Typed(" ".join(["cashbeat", *reversed(names)]), str(said.pop("who", "") or ""), said)


def say(text: str) -> None:
    """To standard error: results alone go to standard output."""
    typer.echo(text, err=True)
