"""Money that came, and how it goes back."""

from typing import Annotated
from uuid import UUID

import typer

from cli.terminal import Who, say, settings

payment = typer.Typer(
    help="List payments, approve those that no gateway saw, and give payments back.", no_args_is_help=True
)
Claim = Annotated[UUID, typer.Argument(help="The id that `cashbeat payment claims` shows.")]
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
    who: Who,
    amount: Annotated[str | None, typer.Option(help="Like USD=10.00; all that can go back when left out.")] = None,
    reason: Annotated[str, typer.Option(help=f"{REASONS}: printed on the credit note.")] = "requested_by_customer",
    used_credits: Annotated[
        str,
        typer.Option(
            help="reduce: refund only what is unused; debt: owe the used ones; forgive: ask nothing for them."
        ),
    ] = "reduce",
    note: Annotated[str, typer.Option(help="A line for the customer, printed on the credit note.")] = "",
    paid_out_on: Annotated[
        str | None, typer.Option(help="Like 2026-01-31: the day you paid it out, where no gateway can.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Give a payment back to where it came from, correct its invoices, and take back the credits that it bought.

    The gateway is asked by the workers right after; `GET /v1/billing/refunds/` tells what became of it.
    """
    from stack.payments import Wish, refund

    wish = Wish(payment_id, amount, reason, used_credits, note, who, paid_out_on)
    for line in refund(settings(), wish, dry_run=dry_run):
        typer.echo(line)
    if dry_run:
        say("nothing was written")


@payment.command("claims")
def list_claims(
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many of the newest to list.")] = 20,
) -> None:
    """List the payments past every gateway that wait for a person: day, id, amount, way, invoice, where they stand."""
    from stack.claims import list_waiting

    for line in list_waiting(settings(), limit):
        typer.echo(line)


@payment.command("approve")
def approve_payment(
    claim_id: Claim,
    who: Who,
    seen: Annotated[
        str, typer.Option(help="The fingerprint of what you have looked at; without it, it is only shown.")
    ] = "",
) -> None:
    """Look at a claimed payment; with the fingerprint that is shown, say that its money came.

    Above the limit of its currency another person has to approve the same.
    """
    from stack.claims import approve, show

    if seen:
        typer.echo(approve(settings(), claim_id, seen, who))
        return
    for line in show(settings(), claim_id):
        typer.echo(line)
    say("nothing was written; approve what you see with --seen and its fingerprint")


@payment.command("reject")
def reject_payment(
    claim_id: Claim,
    who: Who,
    reason: Annotated[str, typer.Option(help="A sentence for the customer.")],
) -> None:
    """Say that the money of a claim did not come; the customer is told why."""
    from stack.claims import reject

    typer.echo(reject(settings(), claim_id, reason, who))


@payment.command("limit")
def set_limit(
    amount: Annotated[str, typer.Argument(help="Like USD=1000.00; with 0 two people approve it all.")],
) -> None:
    """Say above which amount of a currency a second person has to approve."""
    from stack.claims import limit

    typer.echo(limit(settings(), amount))
