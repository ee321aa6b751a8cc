"""The verdict: the sandbox's ledger, the mailbox and our books must tell the same story."""

from collections import Counter
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.invariants import violations
from billing.payments.tables import AttemptStatus, PaymentAttempt
from stack.shopper import Shopper
from tests.gauntlet.plan import Happened, Plan

EXAMPLES_MAX = 3

CREDITS = text("""
    SELECT coalesce(sum(g.amount), 0) AS granted,
           (SELECT coalesce(sum(l.credits), 0) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
            WHERE i.status = 'paid') AS promised
    FROM credit_grants g
""")


def judge(plan: Plan, happened: Happened, session: Session, shopper: Shopper) -> dict[str, int]:
    """Compare everything and return the figures; what is wrong goes to `happened.problems`."""
    charges = shopper.sandbox("GET", "/sandbox/ledger")["charges"]
    figures = _compare_charges(happened, charges, session)
    figures |= _compare_emails(happened, session, shopper)
    if len(charges) != plan.purchases:
        happened.blame(f"{plan.purchases} purchases were made, the sandbox charged {len(charges)}")
    granted, promised = session.execute(CREDITS).one()
    if granted != promised:
        happened.blame(f"{granted} credits were granted, {promised} were promised")
    forged = session.scalar(text("SELECT count(*) FROM inbox WHERE event_id LIKE 'evt_forged%'")) or 0
    if forged:
        happened.blame(f"{forged} forged events were accepted")
    for violation in violations(session):
        happened.blame(violation)
    return figures | {"forged_accepted": forged, "left_over": left_over(session)}


def _compare_charges(happened: Happened, charges: list[dict[str, Any]], session: Session) -> dict[str, int]:
    """No charge without our record, no record without a charge, none twice, and each of the same amount."""
    theirs = {charge["id"]: (charge["amount"], charge["currency"].upper()) for charge in charges}
    captured = select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.CAPTURED)
    ours = Counter(attempt.charge_ref for attempt in session.scalars(captured))
    amounts = {a.charge_ref: (a.amount_minor, a.currency) for a in session.scalars(captured)}
    attempts = Counter(charge["client_reference_id"] for charge in charges)
    lost, invented = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
    doubled = [ref for ref, times in (ours + attempts).items() if times > 1]
    differing = [ref for ref in theirs.keys() & ours.keys() if theirs[ref] != amounts[ref]]
    for what, refs in {"lost": lost, "invented": invented, "doubled": doubled, "of another amount": differing}.items():
        if refs:
            happened.blame(f"{len(refs)} payments are {what}, such as {sorted(refs)[:EXAMPLES_MAX]}")
    return {"charges": len(charges), "captured": sum(ours.values()), "lost": len(lost), "doubled": len(doubled)}


def _compare_emails(happened: Happened, session: Session, shopper: Shopper) -> dict[str, int]:
    """Each paid invoice was sent exactly once."""
    numbers = set(session.scalars(text("SELECT number FROM invoices WHERE status = 'paid'")))
    emails = shopper.sandbox("GET", "/sandbox/inbox.json")["emails"]
    sent = Counter(file["filename"].removesuffix(".pdf") for email in emails for file in email["attachments"])
    unsent, twice = numbers - sent.keys(), [number for number, times in sent.items() if times > 1]
    if unsent or twice or sent.keys() - numbers:
        happened.blame(f"{len(unsent)} invoices were not sent, {len(twice)} twice: {sorted(unsent)[:EXAMPLES_MAX]}")
    return {"invoices": len(numbers), "emails": len(emails)}


def left_over(session: Session) -> int:
    """Rows of the pipeline that still wait for something."""
    unfinished = text("""
        SELECT (SELECT count(*) FROM inbox WHERE state = 'ready')
             + (SELECT count(*) FROM operations WHERE state = 'ready')
             + (SELECT count(*) FROM outbox WHERE state = 'ready')
    """)
    return int(session.scalar(unfinished) or 0)
