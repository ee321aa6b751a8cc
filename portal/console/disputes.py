"""Disputes: which money customers ask their banks for, until when each has to be answered, and what speaks for us."""

from datetime import UTC, datetime

from billing.disputes.queries import show_dispute
from billing.disputes.tables import DisputeStatus
from ingress.queries.disputes import DisputeFilter, disputes, evidence_pdf
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.console.thing import File, Thing
from schemas.views.disputes import DisputeView

READS = "disputes:read"
ROOT = "/admin/payments/disputes"
ONE = f"{ROOT}/{{id}}"
SORTS = {
    "-created": "newest first", "due": "first deadline first", "-opened": "opened last", "opened": "opened first",
    "-amount": "largest first", "amount": "smallest first",
}  # fmt: skip
ASKED = ("status", "payment_id", "account_id", "currency", "opened_from", "opened_until")
# an answer still counts
TO_ANSWER = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.INQUIRY)


def _beside(_look: Look, found: DisputeView) -> Content:
    """Whether somebody has to answer, and how many whole days are left; None where the bank takes no answer."""
    due_at = found.evidence_due_at if found.status in TO_ANSWER else None
    return {"days_left": None if due_at is None else (due_at - datetime.now(UTC)).days}


LISTS = (
    Listed(
        ROOT, "console/disputes.html", READS, DisputeFilter, disputes, ASKED,
        {"sorts": SORTS, "statuses": [str(each) for each in DisputeStatus], "to_answer": TO_ANSWER},
        columns=(
            "opened_at", "status", "evidence_due_at", "currency", "amount_minor", "left_minor", "reason", "gateway",
            "reference", "payment_id", "account_id", "closed_at", "id",
        ),
    ),
)  # fmt: skip
THINGS = (Thing(ONE, "console/dispute.html", READS, show_dispute, "dispute_id", _beside),)
FILES = (File(f"{ONE}/evidence.pdf", READS, evidence_pdf, "dispute_id"),)
