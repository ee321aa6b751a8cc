"""Rights to money: what came stays as it came."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, changes, shown

MONEY: Mapping[str, Decision] = {
    "payment_attempts": Decision(
        changes(
            "status", "request", "checkout_ref", "checkout_url", "payment_ref", "charge_ref", "failure_code",
            "approvals", "sent_at", "captured_at", "look_up_at",
        )
    ),
    "receipts": shown(changes("allocated_minor", "looked_at")),
    "refunds": shown(
        changes(
            "refund_ref", "status", "kept_minor", "unexplained_minor", "failure_code", "paid_out_by", "paid_out_on",
        )
    ),
    "disputes": shown(changes("status", "evidence_due_at", "closed_at")),
    "dispute_evidence": shown(changes("content", "written_at")),
    "allocations": shown(READS_AND_ADDS),
    "manual_payments": shown(changes("method")),
    # what was claimed stays as it was claimed; who decides on what limits is the operator's
    "payment_claims": shown(
        changes(
            "proof_sha256", "status", "first_approved_by", "first_seen", "decided_by", "decided_at",
            "reject_reason", "receipt_id",
        )
    ),
    "payment_proofs": shown(READS_AND_ADDS),
    "approval_limits": Decision(READS),
    # the operator's: whoever imports a statement says that money came
    "statement_lines": Decision(READS, door=READS),
    "ledger_transactions": Decision(READS_AND_ADDS),
    "ledger_entries": Decision(READS_AND_ADDS),
}  # fmt: skip
