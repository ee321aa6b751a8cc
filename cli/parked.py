"""What waits for a person, and what the person may decide."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import Who, say, settings

commands = typer.Typer()
parked = typer.Typer(help="List what waits for a person, show one of it, or decide against it.")
commands.add_typer(parked, name="parked")
# each is read whole, and nobody reads more lines than these
LISTED_MAX = 1_000
RowId = Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")]


@parked.callback(invoke_without_command=True)
def list_what_is_parked(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=LISTED_MAX, help="How many of the newest to list.")] = 200,
) -> None:
    """List what waits for a person: work that gave up, with its last error, subscriptions, and money that fits nothing.

    The newest come last, as in a log.
    """
    if context.invoked_subcommand is not None:
        return
    from logs import redact_text
    from stack.parked import list_parked
    from stack.printable import printable_line

    listing = list_parked(settings(), limit)
    for row in listing.rows:
        what, named, reason = (printable_line(text) for text in (row.what, row.named or "-", redact_text(row.reason)))
        told = f"{what}  {named}  account {row.account_id or '-'}  {row.attempts} attempts  {reason}"
        typer.echo(f"{row.at:%Y-%m-%dT%H:%M:%SZ}  {row.id}  {row.memory:<10}  {told}")
    if listing.older:
        wanted = min(len(listing.rows) + listing.older, LISTED_MAX)
        say(f"{listing.older} more, older ones; `cashbeat parked --limit {wanted}` lists them")
    if not listing.rows:
        say("nothing waits for a person; `cashbeat waiting` lists what is tried again by itself")


@parked.command("show")
def show_parked(row_id: RowId) -> None:
    """Show the whole error of what is parked and what it is about, personal data masked."""
    from stack.parked import show

    typer.echo(show(settings(), row_id))


@parked.command("discard")
def discard_parked(
    row_id: RowId,
    because: Annotated[str, typer.Option(help="Why it is never to run again; kept with the row.")],
    who: Who,
) -> None:
    """Decide that parked work is never run again. It is kept, and no longer waits."""
    from stack.parked_decisions import discard

    memory = discard(settings(), row_id, because, who)
    say(f"{row_id} in {memory} is discarded")


@commands.command()
def replay(row_id: RowId) -> None:
    """Give parked work all its attempts again, within seconds; what `waiting` lists is tried within a minute."""
    from stack.parked_decisions import replay as replay_row

    memory = replay_row(settings(), row_id)
    say(f"{row_id} in {memory} is tried again within a minute")


@commands.command()
def seen(receipt_id: RowId) -> None:
    """Say that a person has looked at money that fits nothing: it is listed no more, and stays where it is."""
    from stack.parked_decisions import see

    see(settings(), receipt_id)
    say(f"receipt {receipt_id} is seen")
