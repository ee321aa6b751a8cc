"""Lines of bank statements: which are booked, which wait for somebody, and what each of those may be."""

from typing import get_args

from billing.statements.propose import propose
from billing.statements.queries import Standing, show_line
from billing.statements.rules import REASONS
from billing.statements.tables import StatementLine
from ingress.queries.statements import StatementLineFilter, statement_lines
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.console.thing import Thing
from schemas.views.statements import StatementLineView

READS = "statements:read"
ROOT = "/admin/payments/statements"
OPEN = "open"
SORTS = {"-created": "newest first", "created": "oldest first"}


def _beside(look: Look, found: StatementLineView) -> Content:
    """What it may be, as the books stand now; nothing is written by finding that out."""
    if found.status != OPEN:
        return {"why": "", "of": ""}
    proposal = propose(look.session, look.session.get_one(StatementLine, found.id))
    return {"why": REASONS[proposal.finding], "of": proposal.of}


LISTS = (
    Listed(
        ROOT, "console/lines.html", READS, StatementLineFilter, statement_lines, ("status", "account"),
        {"sorts": SORTS, "statuses": get_args(Standing)},
        columns=(
            "booked_on", "status", "currency", "amount_minor", "payer", "payer_account", "reference", "text",
            "bank_reference", "account", "claim_id", "refund_id", "ignored_for", "decided_by", "id",
        ),
    ),
)  # fmt: skip
THINGS = (Thing(f"{ROOT}/{{id}}", "console/line.html", READS, show_line, beside=_beside),)
