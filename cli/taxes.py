"""Rates of tax by country."""

from typing import Annotated

import typer

from cli.terminal import say, settings

tax = typer.Typer(help="Set the rate of a country's tax from a day on, and list the rates.", no_args_is_help=True)


@tax.command("set")
def set_tax(
    country: Annotated[str, typer.Argument(help="Where the customer is: two capital letters, like DE.")],
    percent: Annotated[str, typer.Argument(help="The rate, like 19 or 8.875; 0 ends a tax.")],
    name: Annotated[str, typer.Argument(help="What invoices call it, like VAT.")],
    valid_from: Annotated[str, typer.Option("--from", help="The first UTC day on which it counts, like 2026-01-01.")],
) -> None:
    """Set the rate of a country's tax from a day on, until the next one. Invoices keep what they were issued with."""
    from stack.taxes import set_tax as set_rate

    is_new = set_rate(settings(), country, percent, name, valid_from)
    say(f"{name} of {percent} % in {country} from {valid_from} on" + ("" if is_new else ", as it was set before"))


@tax.command("list")
def list_taxes() -> None:
    """List the rates with the days on which they count. A country without one is not taxed."""
    from stack.taxes import describe_taxes

    for line in describe_taxes(settings()):
        typer.echo(line)
