"""Begin a refund: it leaves the books at once, and the gateway is asked after the commit, unless a person pays it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.catalog.amount_rules import load_amount_rules
from billing.catalog.check_amount import check_step
from billing.credit_notes.tables import CreditNoteReason
from billing.errors import Rejected
from billing.money import AmountRule, Money, format_major
from billing.receipts.tables import Receipt
from billing.refunds.give_back import find_creditable, give_back, shares_of
from billing.refunds.left import disputed_minor, left_to_refund
from billing.refunds.pay_out import check_paid_out, pay_out
from billing.refunds.refundable import Refundable, lock_refundable
from billing.refunds.rules import in_steps
from billing.refunds.tables import Refund, RefundStatus, UsedCredits
from billing.usage.claw_back import lock_grants
from database.outbox import stage
from schemas.facts.reversals import RefundRequest

_SPENT = "The rest was kept once and has paid other invoices: credit those, and it is kept for the account again."


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What is to go back of a payment: so much of it in minor units, or, with None, all that can.

    What came past every gateway goes back past every gateway: `paid_out_on` is the day on which that was done. So it is
    exactly so much, and the books can only say the same or nothing.
    """

    receipt_id: UUID
    amount_minor: int | None
    reason: CreditNoteReason
    used_credits: UsedCredits
    requested_by: str
    cause: str
    note: str = ""
    paid_out_on: date | None = None


def begin_refund(session: Session, refund_id: UUID, wish: RefundWish, now: datetime) -> Refund:
    """Write down that money goes back to the card or account it came from, and let the gateway be asked for it.

    `now` is the account's time. Raises Rejected `payment_not_found`, `refund_too_large` for more than is left of the
    payment, `amount_too_fine` for what is no multiple of the gateways' step, `credits_already_used` where only unused
    credits are refunded and there are none, `nothing_to_refund` where the money is neither kept nor on an invoice that
    can be corrected, and as `check_paid_out`; instead of `refund_too_large` and `nothing_to_refund` `payment_disputed`
    where a dispute has taken of the payment or claims what it paid, or has taken of what it paid. Whoever wants to give
    back the rest of such a payment credits its invoice.
    """
    refundable = lock_refundable(session, wish.receipt_id)
    known = session.get(Refund, refund_id)
    if known is not None:
        # books from a backup heard of it from its gateway before the command came again
        return known
    check_paid_out(refundable.receipt, wish.paid_out_on, now)
    amount_minor = _amount(session, refundable, wish, now)
    refund = _refund(refund_id, refundable.receipt, wish, amount_minor)
    give_back(session, refundable, refund, now)
    if wish.paid_out_on is None:
        stage(session, "refund", refund.id, f"refund/{refund.id}")
    else:
        pay_out(session, refund, wish.paid_out_on, now)
    return refund


def _amount(session: Session, refundable: Refundable, wish: RefundWish, now: datetime) -> int:
    receipt = refundable.receipt
    left = left_to_refund(session, receipt)
    # what no gateway moves is of any amount
    rule = AmountRule() if wish.paid_out_on else load_amount_rules(session, receipt.currency).of(None, receipt.currency)
    wanted = _wanted(session, wish, refundable, left, rule)
    usable = lock_grants(session, receipt.account_id, now)
    creditable = find_creditable(session, refundable, usable, wish.used_credits)
    can = in_steps(wanted - shares_of(refundable, creditable, wanted).missing_minor, left, rule.step)
    if not can and any(each.is_used for each in creditable.values()):
        raise Rejected("credits_already_used", "All credits that were bought with it are used.", status=409)
    is_paid_out = wish.paid_out_on is not None
    is_exact = is_paid_out or (wish.amount_minor is not None and wish.used_credits is not UsedCredits.REDUCE)
    if not can or (is_exact and can < wanted):
        shown = format_major(Money(can, receipt.currency))
        code = _code(session, refundable, "nothing_to_refund")
        raise Rejected(code, f"Of this payment {shown} can go back now. {_SPENT}", status=409)
    return can


def _wanted(session: Session, wish: RefundWish, refundable: Refundable, left: int, rule: AmountRule) -> int:
    currency = refundable.receipt.currency
    wanted = left if wish.amount_minor is None else wish.amount_minor
    if wanted > left or left <= 0:
        shown = format_major(Money(max(left, 0), currency))
        code = _code(session, refundable, "refund_too_large")
        raise Rejected(code, f"Of this payment {shown} can still be refunded.", status=409)
    if wanted < left:
        check_step(Money(wanted, currency), rule)
    return wanted


def _code(session: Session, refundable: Refundable, otherwise: str) -> str:
    is_contested = any(each.contested_minor or each.charged_back_minor for each in refundable.invoices.values())
    return "payment_disputed" if is_contested or disputed_minor(session, refundable.receipt) else otherwise


def _refund(refund_id: UUID, receipt: Receipt, wish: RefundWish, amount_minor: int) -> Refund:
    request = RefundRequest(
        refund_id=str(refund_id),
        idempotency_key=str(refund_id),
        payment_ref=receipt.reference,
        amount_minor=amount_minor,
        currency=receipt.currency,
    )
    return Refund(
        id=refund_id,
        account_id=receipt.account_id,
        receipt_id=receipt.id,
        cause=wish.cause,
        gateway=receipt.gateway,
        status=RefundStatus.CREATED,
        amount_minor=amount_minor,
        currency=receipt.currency,
        reason=wish.reason,
        note=wish.note,
        used_credits=wish.used_credits,
        requested_by=wish.requested_by,
        request=asdict(request),
    )
