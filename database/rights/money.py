"""Rights to money: what came stays as it came."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, Rights, changes, shown
from database.rights.whose import OF_ACCOUNT, OF_SELLER, part_of

EVIDENCE = part_of("disputes", "dispute_id").taking("disputes:read")
PROOFS = part_of("payment_claims", "claim_id").taking("payments:read")
# when the years of a deleted account are over, nobody is named any more
EMPTIED = Rights(reads=True, changes=("text", "payer", "payer_account"))
PAYMENTS_SHOWN = (
    "id", "account_id", "invoice_id", "kind", "card_id", "gateway", "status", "amount_minor", "currency",
    "failure_code", "created_at", "captured_at",
)  # fmt: skip

MONEY: Mapping[str, Decision] = {
    "payment_attempts": Decision(
        changes(
            "status", "request", "checkout_ref", "checkout_url", "payment_ref", "charge_ref", "failure_code",
            "approvals", "sent_at", "captured_at", "look_up_at",
        ),
        # not what a gateway was asked with, nor where a page is that takes money
        # whose a page is that somebody wants to have captured, the door looks up
        door=Rights(reads_only=(*PAYMENTS_SHOWN, "checkout_ref")),
        portal=Rights(reads_only=PAYMENTS_SHOWN),
        whose=OF_ACCOUNT,
    ),
    "receipts": shown(changes("allocated_minor", "looked_at", "card_brand", "card_last4"), OF_ACCOUNT),
    "refunds": shown(
        changes(
            "refund_ref", "status", "kept_minor", "unexplained_minor", "failure_code", "paid_out_by", "paid_out_on",
            "note",
        ),
        OF_ACCOUNT,
    ),
    "disputes": shown(changes("status", "evidence_due_at", "closed_at"), OF_ACCOUNT),
    "dispute_evidence": shown(changes("content", "written_at"), EVIDENCE),
    "allocations": shown(READS_AND_ADDS, part_of("receipts", "receipt_id")),
    "manual_payments": shown(changes("method"), part_of("invoices", "invoice_id")),
    # what was claimed stays as it was claimed; who decides on what limits is the operator's
    "payment_claims": shown(
        changes(
            "proof_sha256", "status", "first_approved_by", "first_seen", "decided_by", "decided_at",
            "reject_reason", "receipt_id",
        ),
        OF_ACCOUNT,
    ),
    "payment_proofs": shown(changes("content"), PROOFS),
    "approval_limits": Decision(READS),
    # the operator's: whoever imports a statement says that money came
    "statement_lines": Decision(EMPTIED, door=READS, whose=OF_SELLER.taking("statements:read")),
    "ledger_transactions": Decision(READS_AND_ADDS),
    "ledger_entries": Decision(READS_AND_ADDS),
}  # fmt: skip
