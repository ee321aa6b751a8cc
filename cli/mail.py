"""Addresses to which no mail is sent any more."""

from typing import Annotated

import typer

from cli.terminal import Who, settings

mail = typer.Typer(help="List addresses to which mail has stopped, and let it go there again.", no_args_is_help=True)


@mail.command("stopped")
def list_stopped(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest to list.")] = 20,
) -> None:
    """List addresses to which no mail is sent: day, why (bounced or complained), address, what its server said."""
    from stack.mail import list_stopped

    for line in list_stopped(settings(), limit):
        typer.echo(line)


@mail.command("lift")
def lift_stop(
    address: Annotated[str, typer.Argument(help="The address that `cashbeat mail stopped` shows.")],
    who: Who,
) -> None:
    """Send mail to an address again; first take it off the suppression list at Resend, which else sends none there."""
    from stack.mail import lift

    typer.echo(lift(settings(), address, who))
