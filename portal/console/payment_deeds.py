"""What may be done about payments: a claim is approved or rejected, money that came is given back."""

from uuid import UUID

from sqlalchemy.orm import Session

from billing.manual_payments.queries import show_claim
from billing.receipts.queries import show_receipt
from billing.receipts.tables import Receipt, ReceiptSource
from billing.refunds.left import left_to_refund, refunded_minor
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field, typed_amount
from portal.console.payments import READS, ROOT, TO_DECIDE
from portal.console.showing import Look
from schemas.commands.manual_payments import ApprovePayment, RejectPayment
from schemas.commands.refunds import RefundPayment
from schemas.views.manual_payments import PaymentClaimView
from schemas.views.receipts import ReceiptView

CLAIM, RECEIPT = f"{ROOT}/claims/{{id}}", f"{ROOT}/received/{{id}}"
REASONS = {
    "requested_by_customer": "the customer asked for it", "duplicate": "it was paid twice",
    "fraudulent": "it was fraud", "order_change": "the order changed", "product_unsatisfactory": "it was not good",
}  # fmt: skip
USED_CREDITS = {
    "reduce": "refund nothing for them", "debt": "let them be owed", "forgive": "ask nothing for them",
}  # fmt: skip


def _claim(look: Look, claim_id: UUID) -> PaymentClaimView:
    return look.at(READS, lambda session: show_claim(session, claim_id), {"claim_id": claim_id})


def _facts(found: PaymentClaimView) -> list[Fact]:
    return [
        Fact("Invoice", found.invoice_number, href=f"/admin/invoices/{found.invoice_id}"),
        Fact("Left to pay of it", minor=found.invoice_left_minor, currency=found.invoice_currency),
        Fact("Said to be paid", minor=found.amount_minor, currency=found.currency),
        Fact("On", found.paid_on.isoformat()),
        Fact("Reference", found.reference),
        Fact("Seen on statements", minor=found.seen_minor, currency=found.currency),
        Fact("Said by", found.submitted_by),
        Fact("Approved first by", found.first_approved_by),
    ]


def _why_not(found: PaymentClaimView) -> str:
    return "" if found.status in TO_DECIDE else "It is decided already."


def _to_approve(look: Look, claim_id: UUID) -> Told:
    found = _claim(look, claim_id)
    return Told(_facts(found), {"fingerprint": found.fingerprint}, why_not=_why_not(found))


def _to_reject(look: Look, claim_id: UUID) -> Told:
    found = _claim(look, claim_id)
    return Told(_facts(found), why_not=_why_not(found))


def _to_refund(look: Look, receipt_id: UUID) -> Told:
    """What can go back now; what it changes beside that, the second person is shown to the cent."""
    left, refunded = 0, 0

    def read(session: Session) -> ReceiptView:
        nonlocal left, refunded
        shown = show_receipt(session, receipt_id)
        left = left_to_refund(session, session.get_one(Receipt, receipt_id))
        refunded = refunded_minor(session, receipt_id)
        return shown

    found = look.at(READS, read, {"receipt_id": receipt_id})
    facts = [
        Fact("Came", minor=found.amount_minor, currency=found.currency),
        Fact("At", at=found.received_at),
        Fact("By", found.gateway),
        Fact("Of that pays invoices", minor=found.allocated_minor, currency=found.currency),
        Fact("Went back already", minor=refunded, currency=found.currency),
        Fact("Can go back now", minor=left, currency=found.currency),
    ]
    why_not = "" if left > 0 else "Nothing of it can go back: it went back already, or a dispute has taken it."
    if found.source != ReceiptSource.CAPTURE:
        why_not = "This is no payment that a customer made."
    # what is confirmed is what was shown, also if more or less can go back by then
    shown = {"amount_minor": typed_amount(max(left, 0), found.currency)}
    return Told(facts, shown, currency=found.currency, why_not=why_not)


OF_PAYMENTS = (
    Deed(
        path=f"{CLAIM}/approve", command=ApprovePayment, about="claim_id", reads=READS, read=_to_approve,
        title="Say that the money came", button="It came", back=CLAIM,
        says=(
            "The money is booked and pays the invoice; what is left over is kept for the account.",
            "Above the limit another person has to say the same before it is booked.",
        ),
        fields=(Field("fingerprint", kind="hidden"),),
    ),
    Deed(
        path=f"{CLAIM}/reject", command=RejectPayment, about="claim_id", reads=READS, read=_to_reject,
        title="Say that the money did not come", button="It did not come", back=CLAIM, is_danger=True,
        says=("The customer is told why, and may claim it anew.",),
        fields=(Field("reason", "Why", hint="The customer reads this."),),
    ),
    Deed(
        path=f"{RECEIPT}/refund", command=RefundPayment, about="payment_id", reads=READS, read=_to_refund,
        title="Give the payment back", button="Give it back", back=RECEIPT, is_danger=True,
        says=(
            "It goes back to where it came from; credit notes correct what it paid, and credits that it bought are"
            " taken back.",
            "Above the limit of one person somebody else has to approve exactly what it does, to the cent.",
        ),
        fields=(
            Field("amount_minor", "How much", "amount", is_said_empty=True),
            Field("reason", "Why", "choice", options=REASONS),
            Field("used_credits", "Credits that are used already", "choice", options=USED_CREDITS),
            Field("note", "Note", hint="It is printed on the credit note.", is_needed=False),
            Field("paid_out_on", "Paid out on", "day", "Of money that no gateway sends back: a day.", is_needed=False),
        ),
    ),
)  # fmt: skip
