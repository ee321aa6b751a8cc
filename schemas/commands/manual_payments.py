"""Commands about money that comes past every gateway: the customer's, and the decisions of the company's own people."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, StringConstraints, model_validator

from schemas.amounts import MinorUnits
from schemas.commands.base import Command
from schemas.currencies import Currency
from schemas.instants import Day
from schemas.names import Line, Name, Slug
from schemas.proofs import Proof
from schemas.views.manual_payments import ManualPaymentView, PaymentClaimView

Method = Literal["bank_transfer", "local_wallet"]
# what was shown to whoever decides
Fingerprint = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class StartManualPayment(Command):
    """Pay a package or an unpaid invoice by transfer: an invoice with a reference that banks carry, and a mail."""

    kind = "start_manual_payment"
    permission = "payments:write"
    # a package; to pay an invoice names no account, and is never refused
    begins = True
    result_view = ManualPaymentView

    account_id: UUID | None = None
    package: Slug | None = None
    invoice_id: UUID | None = None
    method: Method = "bank_transfer"

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["account_id", "package"],
                    "properties": {
                        "account_id": {"type": "string"},
                        "package": {"type": "string"},
                        "invoice_id": {"type": "null"},
                    },
                },
                {
                    "required": ["invoice_id"],
                    "properties": {
                        "invoice_id": {"type": "string"},
                        "account_id": {"type": "null"},
                        "package": {"type": "null"},
                    },
                },
            ]
        }
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "StartManualPayment":
        given = self.account_id is not None, self.package is not None, self.invoice_id is not None
        if given not in {(True, True, False), (False, False, True)}:
            raise ValueError("must name either an account and a package, or an invoice")
        return self


class SubmitPaymentClaim(Command):
    """Say that so much was paid for an invoice on a day. Without a reference, by the one of the invoice."""

    kind = "submit_payment_claim"
    permission = "payments:write"
    result_view = PaymentClaimView

    invoice_id: UUID
    method: Method = "bank_transfer"
    amount_minor: MinorUnits
    currency: Currency
    paid_on: Day
    reference: Line = ""


class OfClaim(Command):
    """Base of the commands about one claim."""

    claim_id: UUID


class AttachPaymentProof(OfClaim):
    """Prove a claim with a PDF, PNG or JPEG, in Base64; once."""

    kind = "attach_payment_proof"
    permission = "payments:write"
    result_view = PaymentClaimView
    body_bytes_max = 512 * 1024

    content: Proof


class WithdrawPaymentClaim(OfClaim):
    """Take a claim back that is not decided yet."""

    kind = "withdraw_payment_claim"
    permission = "payments:write"
    result_view = PaymentClaimView


class ApprovePayment(OfClaim):
    """Say that the money of a claim came. `fingerprint` is that of the claim as it was shown."""

    kind = "approve_payment"
    permission = "claims:decide"
    result_view = PaymentClaimView

    fingerprint: Fingerprint


class RejectPayment(OfClaim):
    """Say that it did not; the reason is told to the customer."""

    kind = "reject_payment"
    permission = "claims:decide"
    result_view = PaymentClaimView

    reason: Name


COMMANDS: tuple[type[Command], ...] = (
    StartManualPayment,
    SubmitPaymentClaim,
    AttachPaymentProof,
    WithdrawPaymentClaim,
    ApprovePayment,
    RejectPayment,
)
