"""What customers contest at their banks."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import settings

dispute = typer.Typer(help="List disputes, and until when they must be answered.", no_args_is_help=True)


@dispute.callback()
def disputes() -> None:
    """Keeps `list` a subcommand although it is the only one."""


@dispute.command("list")
def list_disputes(
    account: Annotated[UUID | None, typer.Option(help="Only those of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest to list.")] = 20,
) -> None:
    """List disputes and inquiries: day, id, status, what is contested, what is gone, why, whose, answer until when."""
    from stack.disputes import list_newest

    for line in list_newest(settings(), account, limit):
        typer.echo(line)
