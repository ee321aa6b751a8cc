"""What waits for a second person."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import Who, say, settings

approval = typer.Typer(
    help="List what waits for a second person, approve or reject it, and set above how much one is needed.",
    no_args_is_help=True,
)
Waiting = Annotated[UUID, typer.Argument(help="The id that `cashbeat approval list` shows.")]


@approval.command("list")
def list_approvals(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest to list.")] = 20,
) -> None:
    """List the commands that wait for a second person: since when, id, what, how much, whose, by whom, until when."""
    from stack.approvals import list_waiting

    for line in list_waiting(settings(), limit):
        typer.echo(line)


@approval.command("approve")
def approve_command(
    approval_id: Waiting,
    who: Who,
    seen: Annotated[
        str, typer.Option(help="The fingerprint of what you have looked at; without it, it is only shown.")
    ] = "",
) -> None:
    """Look at what a command would do; with the fingerprint that is shown, let it run. It does that, or nothing."""
    from stack.approvals import approve, show

    if seen:
        typer.echo(approve(settings(), approval_id, seen, who))
        return
    for line in show(settings(), approval_id):
        typer.echo(line)
    say("nothing was written; approve what you see with --seen and its fingerprint")


@approval.command("reject")
def reject_command(
    approval_id: Waiting,
    who: Who,
    reason: Annotated[str, typer.Option(help="Why not; whoever wanted it reads this.")],
) -> None:
    """Let a command that waits never run."""
    from stack.approvals import reject

    typer.echo(reject(settings(), approval_id, reason, who))


@approval.command("limit")
def set_limit(
    kind: Annotated[str, typer.Argument(help="A kind of command that `cashbeat approval limits` lists.")],
    amount: Annotated[str, typer.Argument(help="Like USD=100.00 or credits=500; 0: always. never: one is enough.")],
) -> None:
    """Say above how much a kind of command needs a second person."""
    from stack.approvals import set_limit as set_one

    typer.echo(set_one(settings(), kind, amount))


@approval.command("limits")
def list_limits() -> None:
    """List above how much each kind of command needs a second person."""
    from stack.approvals import limits

    for line in limits(settings()):
        typer.echo(line)
