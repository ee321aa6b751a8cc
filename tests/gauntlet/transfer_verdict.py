"""The verdict on money past every gateway: what the bank received is in the books once, or waits for a person."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from tests.gauntlet.bank import Entry
from tests.gauntlet.payers import Transfer
from tests.gauntlet.plan import Happened, Plan

EXAMPLES_MAX = 3
LINES = text("""
    SELECT l.bank_ref, l.amount_minor, r.id AS receipt_id, r.amount_minor AS received_minor, c.status AS claim
    FROM statement_lines l
    LEFT JOIN payment_claims c ON c.id = l.claim_id LEFT JOIN receipts r ON r.id = c.receipt_id
""")
RECEIPTS = text("SELECT id, amount_minor FROM receipts WHERE source = 'capture' AND gateway = 'bank_transfer'")
CLEARING = text("""
    SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries
    WHERE ledger_account = 'gateway_clearing' AND gateway = 'bank_transfer'
""")
UNDECIDED = text("SELECT count(*) FROM payment_claims WHERE status IN ('submitted', 'awaiting_second_approval')")
ALONE = text("""
    SELECT count(*) FROM payment_claims c LEFT JOIN approval_limits l ON l.currency = c.currency
    WHERE c.status = 'approved' AND c.amount_minor > l.limit_minor AND c.first_approved_by IN ('', c.decided_by)
""")
STANDING = text("""
    SELECT i.id, i.status,
           coalesce((SELECT sum(g.amount) FROM credit_grants g WHERE g.account_id = i.account_id), 0) AS granted,
           (SELECT sum(l.credits) FROM invoice_lines l WHERE l.invoice_id = i.id) AS promised,
           ARRAY(SELECT r.amount_minor FROM receipts r JOIN payment_claims c ON c.receipt_id = r.id
                 WHERE c.invoice_id = i.id) AS received,
           coalesce((SELECT -sum(e.amount_minor) FROM ledger_entries e
                     WHERE e.account_id = i.account_id AND e.ledger_account = 'customer_balance'), 0) AS kept_minor
    FROM invoices i WHERE i.id = ANY(CAST(:ids AS uuid[]))
""")


def judge_transfers(
    plan: Plan, happened: Happened, session: Session, entries: Sequence[Entry], made: Sequence[Transfer]
) -> dict[str, int]:
    """Blames what was lost, doubled, made up, granted twice or not at all, or decided by one person alone."""
    lines = session.execute(LINES).all()
    open_minor = sum(line.amount_minor for line in lines if line.receipt_id is None)
    received_minor = _compare_bank(happened, session, entries, lines)
    came_minor = sum(entry.amount_minor for entry in entries)
    if came_minor != received_minor + open_minor:
        happened.blame(f"{came_minor} came to the bank, {received_minor} are received and {open_minor} open")
    if len(made) != plan.transfers:
        happened.blame(f"{plan.transfers} customers were to pay by transfer, {len(made)} came to their end")
    if undecided := session.scalar(UNDECIDED):
        happened.blame(f"nobody has decided about {undecided} claims")
    if alone := session.scalar(ALONE):
        happened.blame(f"{alone} claims above the limit were approved by one person alone")
    _compare_each(happened, session, made)
    _compare_open(happened, entries, lines, made)
    return {
        "bank_minor": came_minor,
        "received_minor": received_minor,
        "open_minor": open_minor,
        "lines_open": sum(line.receipt_id is None for line in lines),
        "transfers_covered": sum(sum(each.booked_minor) >= each.total_minor for each in made),
    }


def _compare_bank(happened: Happened, session: Session, entries: Sequence[Entry], lines: Sequence[Row[Any]]) -> int:
    """Every entry is one line, every receipt is of one line; returns what was received, in minor units."""
    theirs = Counter((entry.bank_ref, entry.amount_minor) for entry in entries)
    ours = Counter((line.bank_ref, line.amount_minor) for line in lines)
    if theirs != ours:
        examples = sorted(((theirs - ours) + (ours - theirs)).elements())[:EXAMPLES_MAX]
        happened.blame(f"the bank has {len(entries)} lines, the books {len(lines)}, such as {examples}")
    received: dict[UUID, int] = {row.id: row.amount_minor for row in session.execute(RECEIPTS)}
    proved: Counter[UUID] = Counter(line.receipt_id for line in lines if line.receipt_id is not None)
    if odd := [str(each) for each in {*received, *proved} if proved[each] != 1]:
        happened.blame(f"{len(odd)} receipts are not of one line each, such as {sorted(odd)[:EXAMPLES_MAX]}")
    received_minor = sum(received.values())
    if (cleared := session.scalar(CLEARING)) != received_minor:
        happened.blame(f"{received_minor} are received by transfer, the ledger says {cleared}")
    return received_minor


def _compare_each(happened: Happened, session: Session, made: Sequence[Transfer]) -> None:
    standing = {row.id: row for row in session.execute(STANDING, {"ids": [each.invoice_id for each in made]})}
    for each in made:
        row, booked = standing[UUID(each.invoice_id)], each.booked_minor
        is_paid = sum(booked) >= each.total_minor
        wanted = (
            "paid" if is_paid else "pending",
            row.promised if is_paid else 0,
            sorted(booked),
            max(0, sum(booked) - each.total_minor),
        )
        found = (row.status, row.granted, sorted(row.received), row.kept_minor)
        if found != wanted:
            happened.blame(f"{each.number}, paid {each.way}: status, credits, receipts, kept {found} are not {wanted}")


def _compare_open(
    happened: Happened, entries: Sequence[Entry], lines: Sequence[Row[Any]], made: Sequence[Transfer]
) -> None:
    """Open is what was left to a person, and nothing else."""
    number_of = {entry.bank_ref: entry.number for entry in entries}
    found: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        if line.receipt_id is None:
            found[number_of[line.bank_ref]].append(line.amount_minor)
    wanted = {each.number: each.left_minor for each in made if each.left_minor}
    if found != wanted:
        happened.blame(f"open lines are {dict(found)}, left were {wanted}")
