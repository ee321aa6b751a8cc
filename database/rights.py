"""Which role may do what with which table: a decision per table, and nothing without one.

The door verifies and queues, so it adds to two tables and reads what it serves. Workers read everything and write what
the books need: they remove no money and no paper, and of money and papers they change only the columns named here. The
portal reads. Whoever owns the tables migrates, and is an operator at the command line. A product's own role is made by
its operator, see docs/integrating.md: it adds operations, and a trigger holds it to the callers of products.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ALL_COLUMNS = ("*",)


@dataclass(frozen=True, slots=True)
class Rights:
    """What one role may do with one table. `changes` names columns; SELECT ... FOR UPDATE needs at least one.

    Where the whole table is not to be read, `reads_only` names the columns that are.
    """

    reads: bool = False
    reads_only: tuple[str, ...] = ()
    adds: bool = False
    changes: tuple[str, ...] = ()
    removes: bool = False

    def privileges(self) -> Iterator[str]:
        """In PostgreSQL's words, as they stand after GRANT."""
        if self.reads:
            yield "SELECT"
        elif self.reads_only:
            yield f"SELECT ({', '.join(self.reads_only)})"
        if self.adds:
            yield "INSERT"
        if self.changes:
            yield "UPDATE" if self.changes == ALL_COLUMNS else f"UPDATE ({', '.join(self.changes)})"
        if self.removes:
            yield "DELETE"


@dataclass(frozen=True, slots=True)
class Decision:
    """One table's, for each role."""

    worker: Rights
    door: Rights = Rights()
    portal: Rights = Rights()


NOTHING = Rights()
READS = Rights(reads=True)
READS_AND_ADDS = Rights(reads=True, adds=True)
KEEPS = Rights(reads=True, adds=True, changes=ALL_COLUMNS)
KEEPS_AND_REMOVES = Rights(reads=True, adds=True, changes=ALL_COLUMNS, removes=True)

# how far a remembered piece of work has come; what it is about stays as it was written
PROGRESS = (
    "state", "attempts", "first_attempt_at", "next_attempt_at", "hinted_at", "lease_until", "lease_token", "error",
    "finished_at",
)  # fmt: skip


def _changes(*columns: str) -> Rights:
    return Rights(reads=True, adds=True, changes=columns)


def _shown(worker: Rights) -> Decision:
    """What customers see: the door and the portal read it."""
    return Decision(worker, door=READS, portal=READS)


DECISIONS: Mapping[str, Decision] = {
    # the pipeline's memory
    "inbox": Decision(Rights(reads=True, adds=True, changes=PROGRESS, removes=True), door=READS_AND_ADDS),
    # what may be genuine: the door knows neither which is, nor by which certificate until a worker has fetched it
    "unverified_events": Decision(Rights(reads=True, changes=PROGRESS, removes=True), door=READS_AND_ADDS),
    "gateway_certificates": Decision(KEEPS_AND_REMOVES, door=READS),
    "webhook_findings": Decision(KEEPS, door=READS),
    "operations": Decision(_changes(*PROGRESS, "result", "problem"), door=READS_AND_ADDS),
    "outbox": Decision(_changes(*PROGRESS, "result"), door=READS),
    "job_periods": Decision(Rights(reads=True, adds=True, removes=True)),
    "heartbeats": Decision(KEEPS, door=READS),
    "event_pulls": Decision(KEEPS),
    "database_lineage": Decision(READS),
    # whoever approves a payment by a key is kept by its name
    "api_keys": Decision(Rights(reads_only=("id", "name")), door=READS),
    "call_rates": Decision(KEEPS),
    # All workers are one role, so each may read every provider's row; what it is not told is the master key, unless its
    # queue talks to one (`READ_BY` in settings). The door checks signatures: it can read where a provider is, since the
    # certificates of its webhooks lie there, and nothing that calls anybody.
    "integration_providers": Decision(READS, door=Rights(reads_only=("id", "endpoint"))),
    "webhook_secrets": Decision(NOTHING, door=READS),
    # time and customers
    "test_clocks": _shown(KEEPS),
    "accounts": _shown(KEEPS),
    "gateway_customers": Decision(KEEPS),
    "cards": _shown(KEEPS),
    # how one can pay, and the price list, are the operator's
    "payment_method_configs": _shown(READS),
    "gateway_amounts": _shown(READS),
    "credit_packages": _shown(READS),
    "plans": _shown(READS),
    "plan_versions": _shown(READS),
    "plan_prices": _shown(READS),
    "services": _shown(READS),
    "service_prices": _shown(READS),
    "coupons": _shown(Rights(reads=True, changes=("redemptions",))),
    "gateway_prices": Decision(READS_AND_ADDS),
    "tax_rates": _shown(READS),
    # subscriptions
    "dunning_policies": Decision(READS),
    "subscriptions": _shown(KEEPS),
    "subscription_services": _shown(KEEPS_AND_REMOVES),
    "trials": Decision(Rights(reads=True, adds=True, removes=True), door=READS),
    "subscription_periods": _shown(_changes("period_end", "invoice_id")),
    "pending_changes": _shown(_changes("ended_at")),
    "dunnings": _shown(KEEPS),
    # papers: a number once given stays, see the triggers; lines and documents are written once
    "invoice_counters": Decision(_changes("last_number")),
    "invoice_number_gaps": Decision(READS),
    "invoices": _shown(
        _changes(
            "status", "number", "issued_at", "due_at", "paid_at", "voided_at", "allocated_minor", "balance_used_minor",
            "carried_over_minor", "credited_minor", "charged_back_minor", "contested_minor", "buyer",
        )
    ),
    "invoice_lines": _shown(READS_AND_ADDS),
    "invoice_documents": _shown(READS_AND_ADDS),
    "credit_note_counters": Decision(_changes("last_number")),
    "credit_note_number_gaps": Decision(READS),
    "credit_notes": _shown(READS_AND_ADDS),
    "credit_note_lines": _shown(READS_AND_ADDS),
    "credit_note_documents": _shown(READS_AND_ADDS),
    # money: what came stays as it came
    "payment_attempts": Decision(
        _changes(
            "status", "request", "checkout_ref", "checkout_url", "payment_ref", "charge_ref", "failure_code",
            "approvals", "sent_at", "captured_at", "look_up_at",
        )
    ),
    "receipts": _shown(_changes("allocated_minor", "looked_at")),
    "refunds": _shown(
        _changes(
            "refund_ref", "status", "kept_minor", "unexplained_minor", "failure_code", "paid_out_by", "paid_out_on",
        )
    ),
    "disputes": _shown(_changes("status", "evidence_due_at", "closed_at")),
    "dispute_evidence": _shown(_changes("content", "written_at")),
    "allocations": _shown(READS_AND_ADDS),
    "manual_payments": _shown(_changes("method")),
    # what was claimed stays as it was claimed; who decides on what limits is the operator's
    "payment_claims": _shown(
        _changes(
            "proof_sha256", "status", "first_approved_by", "first_seen", "decided_by", "decided_at",
            "reject_reason", "receipt_id",
        )
    ),
    "payment_proofs": _shown(READS_AND_ADDS),
    "approval_limits": Decision(READS),
    # the operator's: whoever imports a statement says that money came
    "statement_lines": Decision(READS, door=READS),
    "ledger_transactions": Decision(READS_AND_ADDS),
    "ledger_entries": Decision(READS_AND_ADDS),
    # credits
    "credit_grants": _shown(_changes("remaining", "expires_at", "held_for", "is_frozen")),
    "credit_transactions": _shown(READS_AND_ADDS),
    "credit_debts": _shown(_changes("paid")),
    "balance_watches": _shown(KEEPS_AND_REMOVES),
    "auto_top_ups": _shown(KEEPS),
}  # fmt: skip
