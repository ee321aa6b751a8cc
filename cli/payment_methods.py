"""Which ways to pay are offered where."""

from collections.abc import Iterable
from typing import Annotated

import typer

from cli.terminal import say, settings

payment_method = typer.Typer(
    help="Set in which ways a country pays, and list what is offered where.", no_args_is_help=True
)


@payment_method.command("set")
def set_payment_method(
    country: Annotated[
        str, typer.Argument(help="Two capital letters, like DE; rest: all without methods of their own.")
    ],
    method: Annotated[str, typer.Argument(help="A gateway, like stripe; bank_transfer or local_wallet.")],
    display_name: Annotated[str | None, typer.Option("--name", help="What customers read.")] = None,
    order: Annotated[int | None, typer.Option(min=1, max=1_000, help="Its place: 1 comes first.")] = None,
    enabled: Annotated[bool | None, typer.Option("--enable/--disable", help="Whether it is offered.")] = None,
    instructions: Annotated[str | None, typer.Option(help="Lines for who pays so.")] = None,
    iban: Annotated[str | None, typer.Option(help="Where a transfer goes.")] = None,
    bic: Annotated[str | None, typer.Option(help="The bank of it.")] = None,
    account_name: Annotated[str | None, typer.Option(help="Whose account it is.")] = None,
    wallet_kind: Annotated[str | None, typer.Option(help="Of a local wallet, like M-PESA.")] = None,
    wallet_id: Annotated[str | None, typer.Option(help="Its number or name there.")] = None,
    currencies: Annotated[
        str | None, typer.Option("--currencies", help="Like EUR,CHF: what it takes; '' for every currency.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be offered.")] = False,
) -> None:
    """Set a way to pay in a country: what is not said stays as it was. Then list what is offered there.

    The first one of a country takes the place of all those of the rest of the world there.
    """
    from stack.payment_methods import set_payment_method as set_one

    said = {
        "display_name": display_name, "sort_order": order, "enabled": enabled, "instructions": instructions,
        "iban": iban, "bic": bic, "account_name": account_name, "wallet_kind": wallet_kind, "wallet_id": wallet_id,
        "currencies": currencies,
    }  # fmt: skip
    changes = {name: value for name, value in said.items() if value is not None}
    _tell(set_one(settings(), country, method, changes, dry_run=dry_run), dry_run=dry_run)


@payment_method.command("reset")
def reset_payment_methods(
    country: Annotated[str, typer.Argument(help="Two capital letters, like DE.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be offered.")] = False,
) -> None:
    """Take the methods of a country away: it pays as the rest of the world again. What runs already goes on."""
    from stack.payment_methods import reset_payment_methods as reset

    _tell(reset(settings(), country, dry_run=dry_run), dry_run=dry_run)


@payment_method.command("list")
def list_payment_methods() -> None:
    """List what was decided, by country and in its order. `rest` counts in every country that is not listed."""
    from stack.payment_methods import describe_methods

    for line in describe_methods(settings()):
        typer.echo(line)


def _tell(lines: Iterable[str], *, dry_run: bool) -> None:
    for line in lines:
        typer.echo(line)
    if dry_run:
        say("nothing was written")
