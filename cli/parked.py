"""What waits for a person, and what the person may decide."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import say, settings

commands = typer.Typer()
parked = typer.Typer(help="List what waits for a person, show one of it, or decide against it.")
commands.add_typer(parked, name="parked")


@parked.callback(invoke_without_command=True)
def list_what_is_parked(context: typer.Context) -> None:
    """List what waits for a person: work that gave up, with its last error, and money that fits nothing."""
    if context.invoked_subcommand is not None:
        return
    from logs import redact_text
    from stack.parked import list_parked

    for row in list_parked(settings()):
        whose = f"account {row.account_id or '-'}"
        told = f"{row.what}  {row.named or '-'}  {whose}  {row.attempts} attempts  {redact_text(row.reason)}"
        typer.echo(f"{row.at:%Y-%m-%dT%H:%M:%SZ}  {row.id}  {row.memory:<10}  {told}")


@parked.command("show")
def show_parked(row_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")]) -> None:
    """Show the whole error of parked work and what it is about, personal data masked."""
    from stack.parked import show

    typer.echo(show(settings(), row_id))


@parked.command("discard")
def discard_parked(
    row_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")],
    because: Annotated[str, typer.Option(help="Why it is never to run again; kept with the row, and who said so.")],
) -> None:
    """Decide that parked work is never run again. It is kept, and no longer waits."""
    from stack.parked import discard

    memory = discard(settings(), row_id, because)
    say(f"{row_id} in {memory} is discarded")


@commands.command()
def replay(row_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")]) -> None:
    """Give parked work all its attempts again. A running stack takes it up within seconds."""
    from stack.parked import replay as replay_row

    memory = replay_row(settings(), row_id)
    say(f"{row_id} in {memory} is due again")


@commands.command()
def seen(receipt_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat parked` shows.")]) -> None:
    """Say that a person has looked at money that fits nothing: it is listed no more, and stays where it is."""
    from stack.parked import see

    see(settings(), receipt_id)
    say(f"receipt {receipt_id} is seen")
