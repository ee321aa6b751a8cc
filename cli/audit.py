"""Who did what, and whether the record of it is whole."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

import exit_codes
from cli.terminal import say, settings

audit = typer.Typer(help="List what was done and by whom, and prove that the record is whole.", no_args_is_help=True)


@audit.command("list")
def list_audit(
    who: Annotated[str | None, typer.Option("--who", help="Only of this one: an actor's id.")] = None,
    account: Annotated[UUID | None, typer.Option(help="Only about this account.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this: a command's kind, like refund_payment.")] = None,
    operation: Annotated[UUID | None, typer.Option(help="Only of this operation.")] = None,
    since: Annotated[str | None, typer.Option(help="From a day (UTC) on, or a time like 2026-01-31T10:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to a day or a time, which is not among them.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest to list.")] = 20,
) -> None:
    """List what was done: when, id, place in the chain, by whom, what, about which account, and why."""
    from database.audit.queries import Wanted
    from stack.arguments import instant
    from stack.audit import list_newest

    begin, end = instant(since, "--since"), instant(until, "--until")
    wanted = Wanted(who=who, account_id=account, action=action, operation_id=operation, since=begin, until=end)
    for line in list_newest(settings(), wanted, limit):
        typer.echo(line)


@audit.command("show")
def show_audit(entry_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat audit list` shows.")]) -> None:
    """Show all of an entry: what was said, the fields before and after, its link, and what that hashes."""
    from stack.audit import show

    for line in show(settings(), entry_id):
        typer.echo(line)


@audit.command("head")
def show_head() -> None:
    """Print where the chain ends, for keeping it elsewhere: `audit verify --heads` compares with it."""
    from stack.audit import head

    typer.echo(head(settings()))


@audit.command("verify")
def verify_audit(
    first: Annotated[int, typer.Option("--from", min=1, help="The first place in the chain.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="The last one; the end when left out.")] = None,
    heads: Annotated[
        Path | None, typer.Option(help="A file of heads that were published: lines of `audit head`, or of a log.")
    ] = None,
) -> None:
    """Prove that nothing was changed, removed, put in or moved since it was written.

    Exit code 0: it is whole. 1: it is not, and each finding is printed. 2: it could not be proved.
    """
    from stack.audit import prove

    findings = prove(settings(), first, last, heads, say)
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        raise typer.Exit(exit_codes.FOUND_WRONG)
    say("the record is whole")
