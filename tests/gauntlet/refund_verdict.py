"""The verdict on money that went back: once at the gateway, once in our books, once in the mailbox."""

from collections import Counter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.gauntlet.plan import Happened, Plan

EXAMPLES_MAX = 3
REFUNDS = text("SELECT id, refund_ref, status, amount_minor, currency FROM refunds")
# what was transferred and is too much is kept, and the bank's verdict knows of it
LEFT_OPEN = text("""
    SELECT ledger_account, currency, sum(amount_minor) AS minor FROM ledger_entries
    WHERE ledger_account IN ('refunds_payable', 'unexplained_reversals', 'customer_balance')
      AND account_id NOT IN (SELECT account_id FROM payment_claims)
    GROUP BY ledger_account, currency HAVING sum(amount_minor) <> 0
""")


def judge_refunds(
    plan: Plan, happened: Happened, session: Session, theirs: list[dict[str, Any]], mails: Counter[str]
) -> dict[str, int]:
    """Blames what was lost, invented, doubled, told differently, or is kept, owed or unexplained at the end."""
    rows = session.execute(REFUNDS).all()
    went = {row.refund_ref: row for row in rows if row.status == "succeeded"}
    told = {each["id"]: (each["amount"], each["currency"].upper()) for each in theirs}
    lost, invented = told.keys() - went.keys(), went.keys() - told.keys()
    differing = [ref for ref in told.keys() & went.keys() if told[ref] != (went[ref].amount_minor, went[ref].currency)]
    unknown = [str(row.id) for row in rows if row.status not in ("succeeded", "failed")]
    unsent = [str(row.id) for row in went.values() if mails[f"refund_notification/{row.id}"] != 1]
    wrong = {"lost": lost, "invented": invented, "told differently": differing, "without an end": unknown}
    for what, names in (wrong | {"not told of once": unsent}).items():
        if names:
            happened.blame(f"{len(names)} refunds are {what}, such as {sorted(names)[:EXAMPLES_MAX]}")
    if len(theirs) != plan.refunds:
        happened.blame(f"{plan.refunds} refunds were to be made, the sandbox made {len(theirs)}")
    for row in session.execute(LEFT_OPEN):
        happened.blame(f"{row.minor} {row.currency} are left in {row.ledger_account}")
    overtaken = sum(row.status == "failed" for row in rows)
    return {"refunded": len(went), "refunds_overtaken": overtaken}
