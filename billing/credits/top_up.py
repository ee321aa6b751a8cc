"""Top up: buy a package by the default card, by itself, when credits fall low.

As with a checkout, the invoice stays a draft until the money is there: a declined card leaves no gap in the numbers
and nothing that is owed.
"""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from billing.accounts.queries import get_account
from billing.catalog.queries import get_package
from billing.catalog.rules import price_of
from billing.catalog.tables import CreditPackage
from billing.credits.queries import is_renewing, may_begin, month_of, view_balance
from billing.credits.tables import AutoTopUp
from billing.errors import Rejected
from billing.invoices.draft import draft_invoice
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.invoices.void import void_draft
from billing.payments.intend_charge import intend_charge
from billing.tax.queries import find_rate
from database.outbox import stage
from database.rows import insert_unless_known

ENDED = "ended"


def set_top_up(
    session: Session, account_id: UUID, package: str, top_up_below: int, monthly_max: int, now: datetime
) -> None:
    """From now on buy this package when the balance is below a number, at most so often in a month (UTC).

    Starts a stopped one anew, and buys at once when the balance is that low. A purchase under way goes on, and those of
    this month count. Raises Rejected `account_not_found`, `package_not_found` or `nothing_to_pay`.
    """
    get_account(session, account_id)
    package_id = _on_offer(get_package(session, package)).id
    limits = {"package_id": package_id, "top_up_below": top_up_below, "monthly_max": monthly_max}
    insert_unless_known(session, AutoTopUp, {"account_id": account_id, **limits})
    top_up = _locked(session, AutoTopUp.account_id == account_id)
    if top_up is None:
        raise LookupError(f"the automatic top-up of account {account_id} was there a moment ago")
    top_up.package_id, top_up.top_up_below, top_up.monthly_max = package_id, top_up_below, monthly_max
    top_up.stopped_at, top_up.stop_code = None, ""
    _count(session, top_up, month_of(now))
    session.flush()
    start_due_top_up(session, account_id, now)


def end_top_up(session: Session, account_id: UUID, now: datetime) -> None:
    """Buy nothing by itself any more; a purchase under way is still paid. Nothing happens where there is none.

    The row stays, stopped: what was bought this month must count if it is set again.
    """
    top_up = _locked(session, AutoTopUp.account_id == account_id)
    if top_up is not None:
        top_up.stopped_at, top_up.stop_code = now, ENDED


def start_due_top_up(session: Session, account_id: UUID, now: datetime) -> bool:
    """Begin a purchase if one is due; true when one began. The card is charged after the commit.

    The balance is looked at again under the row's lock, so that of many callers one buys. While a subscription renews,
    nothing is bought: the old period's credits may be gone a moment before the new one's come. What cannot be bought
    stops the top-up with a code, `no_card`, `package_not_found` or `nothing_to_pay`, and the customer is told. The
    caller has flushed its changes.
    """
    top_up = _locked(session, AutoTopUp.account_id == account_id, may_begin(month_of(now)))
    if top_up is None or view_balance(session, account_id, now).balance >= top_up.top_up_below:
        return False
    if is_renewing(session, account_id, now):
        return False
    try:
        with session.begin_nested():  # what is refused halfway leaves no draft behind
            invoice = _buy(session, top_up, now)
    except Rejected as refusal:
        _stop(session, top_up, refusal.code, now)
        return False
    top_up.invoice_id = invoice.id
    _count(session, top_up, month_of(now))
    return True


def top_up_captured(session: Session, invoice: Invoice, now: datetime) -> None:
    """The purchase is paid and its credits are granted: the next may begin. The caller holds the invoice's lock."""
    top_up = _locked(session, AutoTopUp.invoice_id == invoice.id, AutoTopUp.account_id == invoice.account_id)
    if top_up is not None:
        top_up.invoice_id = None


def top_up_failed(session: Session, invoice: Invoice, code: str, now: datetime) -> None:
    """The card was declined: void the draft and stop with the gateway's code, until the customer sets it anew.

    The customer is told. The purchase does not count for its month. The caller holds the invoice's row lock.
    """
    void_draft(invoice, now)
    session.flush()
    top_up = _locked(session, AutoTopUp.invoice_id == invoice.id, AutoTopUp.account_id == invoice.account_id)
    if top_up is None:
        return
    top_up.invoice_id = None
    _count(session, top_up, top_up.month or month_of(now))
    if top_up.stopped_at is None:
        _stop(session, top_up, code, now)


def cause_of_stop(account_id: UUID, stopped_at: datetime) -> str:
    """What makes the mail about a stop unique, and tells it from that about a later one."""
    return f"top_up_stopped/{account_id}/{stopped_at.astimezone(UTC).isoformat()}"


def _stop(session: Session, top_up: AutoTopUp, code: str, now: datetime) -> None:
    top_up.stopped_at, top_up.stop_code = now, code
    stage(session, "top_up_stopped", top_up.account_id, cause_of_stop(top_up.account_id, now))


def _locked(session: Session, *conditions: ColumnElement[bool]) -> AutoTopUp | None:
    found = select(AutoTopUp).where(*conditions).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def _on_offer(package: CreditPackage) -> CreditPackage:
    if not package.active:
        raise Rejected("package_not_found", f"The credit package {package.slug!r} is no longer on offer.", status=404)
    if price_of(package).minor == 0:
        raise Rejected("nothing_to_pay", "This package costs nothing; there is nothing to charge.")
    return package


def _buy(session: Session, top_up: AutoTopUp, now: datetime) -> Invoice:
    account = get_account(session, top_up.account_id)
    package = _on_offer(session.get_one(CreditPackage, top_up.package_id))
    line = LineDraft(f"{package.name} package: {package.credits:,} credits", 1, price_of(package), package.credits)
    month = month_of(now)
    begun, _ = _purchases(session, account.id, month)
    cause = f"{_cause(account.id, month)}{begun + 1}"
    rate = find_rate(session, account.country, now.date())
    invoice = draft_invoice(session, account.id, cause, [line], rate, reason=InvoiceReason.TOP_UP)
    if intend_charge(session, invoice, cause, now) is None:
        raise Rejected("no_card", "The account has no card that could be charged.", status=409)
    return invoice


def _cause(account_id: UUID, month: date) -> str:
    return f"top_up/{account_id}/{month:%Y-%m}/"


def _count(session: Session, top_up: AutoTopUp, month: date) -> None:
    """Write down how many purchases of the month count; never more than the limit, which may have been lowered."""
    _, counting = _purchases(session, top_up.account_id, month)
    top_up.month, top_up.purchases = month, min(counting, top_up.monthly_max)


def _purchases(session: Session, account_id: UUID, month: date) -> tuple[int, int]:
    """(how many purchases began in the month, how many of them were not voided)."""
    not_void = func.count().filter(Invoice.status != InvoiceStatus.VOID)
    of_month = select(func.count(), not_void).where(
        Invoice.account_id == account_id,
        Invoice.reason == InvoiceReason.TOP_UP,
        Invoice.cause.startswith(_cause(account_id, month)),
    )
    begun, counting = session.execute(of_month).one()
    return begun, counting
