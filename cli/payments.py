"""Money that came, and how it goes back."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import say, settings

payment = typer.Typer(help="List payments, and give them back.", no_args_is_help=True)
REASONS = "duplicate, fraudulent, requested_by_customer, order_change or product_unsatisfactory"


@payment.command("list")
def list_payments(
    account: Annotated[UUID | None, typer.Option(help="Only those of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest to list.")] = 20,
) -> None:
    """List the payments that came: id, day, amount, gateway, account, and what of it can still be refunded."""
    from stack.payments import list_newest

    for line in list_newest(settings(), account, limit):
        typer.echo(line)


@payment.command("refund")
def refund_payment(
    payment_id: Annotated[UUID, typer.Argument(help="The id that `cashbeat payment list` shows.")],
    who: Annotated[
        str, typer.Option("--by", envvar=["SUDO_USER", "LOGNAME", "USER"], help="Who decides so; kept with the refund.")
    ],
    amount: Annotated[str | None, typer.Option(help="Like USD=10.00; all that can go back when left out.")] = None,
    reason: Annotated[str, typer.Option(help=f"{REASONS}: printed on the credit note.")] = "requested_by_customer",
    used_credits: Annotated[
        str,
        typer.Option(
            help="reduce: refund only what is unused; debt: owe the used ones; forgive: ask nothing for them."
        ),
    ] = "reduce",
    note: Annotated[str, typer.Option(help="A line for the customer, printed on the credit note.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Give a payment back to where it came from, correct its invoices, and take back the credits that it bought.

    The gateway is asked by the workers right after; `GET /v1/billing/refunds/` tells what became of it.
    """
    from stack.payments import Wish, refund

    wish = Wish(payment_id, amount, reason, used_credits, note, who)
    for line in refund(settings(), wish, dry_run=dry_run):
        typer.echo(line)
    if dry_run:
        say("nothing was written")
