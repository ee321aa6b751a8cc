"""What is tried again by itself."""

from typing import Annotated

import typer

from cli.terminal import say, settings

commands = typer.Typer()
# each is read whole, and nobody reads more lines than these
LISTED_MAX = 1_000


@commands.command()
def waiting(
    limit: Annotated[int, typer.Option(min=1, max=LISTED_MAX, help="How many of the oldest to list.")] = 200,
) -> None:
    """List what was put off and is tried again by itself: since when, how often tried, when next, and why not yet.

    What has waited longest comes first. `cashbeat replay ID` has one of it tried within a minute.
    """
    from logs import redact_text
    from stack.printable import printable_line
    from stack.waiting import list_waiting

    listing = list_waiting(settings(), limit)
    for row in listing.rows:
        what, named, reason = (printable_line(text) for text in (row.what, row.named or "-", redact_text(row.reason)))
        told = f"{what}  {named}  account {row.account_id or '-'}  {row.attempts} attempts"
        again = f"next {row.next_attempt_at:%Y-%m-%dT%H:%M:%SZ}"
        typer.echo(f"{row.since:%Y-%m-%dT%H:%M:%SZ}  {row.id}  {row.memory:<10}  {told}  {again}  {reason}")
    if listing.younger:
        say(f"{listing.younger} more, younger ones")
    if not listing.rows:
        say("nothing was put off; `cashbeat parked` lists what waits for a person")
