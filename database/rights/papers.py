"""Rights to papers: a number once given stays, see the triggers; lines and documents are written once."""

from collections.abc import Mapping

from database.rights.decision import READS, READS_AND_ADDS, Decision, changes, shown
from database.rights.whose import OF_ACCOUNT, part_of

OF_INVOICE = part_of("invoices", "invoice_id")
OF_CREDIT_NOTE = part_of("credit_notes", "credit_note_id")

PAPERS: Mapping[str, Decision] = {
    "invoice_counters": Decision(changes("last_number")),
    "invoice_number_gaps": Decision(READS),
    "invoices": shown(
        changes(
            "status", "number", "issued_at", "due_at", "paid_at", "voided_at", "allocated_minor", "balance_used_minor",
            "carried_over_minor", "credited_minor", "charged_back_minor", "contested_minor", "buyer",
        ),
        OF_ACCOUNT,
    ),
    "invoice_lines": shown(READS_AND_ADDS, OF_INVOICE),
    # their names and pages can be emptied when their years are over, which triggers see to
    "invoice_documents": shown(changes("content"), OF_INVOICE.taking("invoices:read")),
    "credit_note_counters": Decision(changes("last_number")),
    "credit_note_number_gaps": Decision(READS),
    "credit_notes": shown(changes("buyer", "note"), OF_ACCOUNT),
    "credit_note_lines": shown(READS_AND_ADDS, OF_CREDIT_NOTE),
    "credit_note_documents": shown(changes("content"), OF_CREDIT_NOTE.taking("invoices:read")),
}  # fmt: skip
