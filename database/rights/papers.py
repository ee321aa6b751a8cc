"""Rights to papers: a number once given stays, see the triggers; lines and documents are written once."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, changes, shown

PAPERS: Mapping[str, Decision] = {
    "invoice_counters": Decision(changes("last_number")),
    "invoice_number_gaps": Decision(READS),
    "invoices": shown(
        changes(
            "status", "number", "issued_at", "due_at", "paid_at", "voided_at", "allocated_minor", "balance_used_minor",
            "carried_over_minor", "credited_minor", "charged_back_minor", "contested_minor", "buyer",
        )
    ),
    "invoice_lines": shown(READS_AND_ADDS),
    "invoice_documents": shown(READS_AND_ADDS),
    "credit_note_counters": Decision(changes("last_number")),
    "credit_note_number_gaps": Decision(READS),
    "credit_notes": shown(READS_AND_ADDS),
    "credit_note_lines": shown(READS_AND_ADDS),
    "credit_note_documents": shown(READS_AND_ADDS),
}  # fmt: skip
