"""The verdict: the sandbox's ledger, the mailbox and our books must tell the same story."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.invariants import QUESTIONS
from billing.invoices.stage_receipt import CREATED, INSTRUCTIONS
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.payment_methods.tables import ManualMethod
from billing.payments.tables import AttemptStatus, PaymentAttempt
from stack.shopper import Shopper
from tests.gauntlet.ledgers import LEDGERS, Ledger, Taken, ledger_of
from tests.gauntlet.plan import Happened, Plan
from tests.gauntlet.quiet import left_over, receipts_ahead
from tests.gauntlet.refund_verdict import judge_refunds
from tests.gauntlet.renewal_verdict import expected, judge_renewals
from tests.gauntlet.subscribers import Subscriber

EXAMPLES_MAX = 3
# receipts that the run does not wait for may well wait for longer than two minutes
OF_WAITING = "nothing_waits_too_long"
CHARGES = ("/v1/payment_intents", "/paypal/v2/checkout/orders")
# these mails ask for the money of the invoice that they carry
ASKING = (f"{CREATED}/", f"{INSTRUCTIONS}/")

CREDITS = text("""
    SELECT coalesce(sum(g.amount), 0) AS granted,
           (SELECT coalesce(sum(l.credits), 0) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
            WHERE i.status = 'paid') AS promised
    FROM credit_grants g
""")
PAPERS = text("SELECT number FROM invoices WHERE status = 'paid' UNION ALL SELECT number FROM credit_notes")
FORGED = text("SELECT count(*) FROM inbox WHERE event_id LIKE 'evt_forged%' OR event_id LIKE 'WH-FORGED%'")
PARKED = text("""
    SELECT count(*) FROM (
        SELECT state FROM inbox UNION ALL SELECT state FROM operations UNION ALL SELECT state FROM outbox
    ) AS work WHERE state = 'parked'
""")


def judge(
    plan: Plan, happened: Happened, session: Session, shopper: Shopper, subscribers: Sequence[Subscriber]
) -> dict[str, int]:
    """Compare everything and return the figures; what is wrong goes to `happened.problems`."""
    ledgers = {gateway: ledger_of(shopper, gateway) for gateway in LEDGERS}
    charges = [taken for ledger in ledgers.values() for taken in ledger.taken]
    figures = _compare_charges(happened, charges, session)
    # the books first: a receipt that is sent in between is in the mailbox as well
    numbers, ahead = set(session.scalars(PAPERS)), receipts_ahead(session)
    emails = shopper.sandbox("GET", "/sandbox/inbox.json")["emails"]
    figures |= _compare_emails(happened, emails, numbers, ahead)
    to_pay = plan.purchases + sum(expected(each).paid for each in subscribers)
    if len(charges) != to_pay:
        happened.blame(f"{to_pay} payments were to be made, the sandbox charged {len(charges)}")
    granted, promised = session.execute(CREDITS).one()
    if granted != promised:
        happened.blame(f"{granted} credits were granted, {promised} were promised")
    forged = session.scalar(FORGED) or 0
    if forged:
        happened.blame(f"{forged} forged events were accepted")
    _compare_clearing(happened, ledgers, session)
    _ask_invariants(happened, session, is_waiting_fine=bool(ahead))
    mails = Counter(email["idempotency_key"] for email in emails)
    if plan.refunds:
        refunds = [refund for ledger in ledgers.values() for refund in ledger.refunds]
        figures |= judge_refunds(plan, happened, session, refunds, mails)
    if subscribers:
        figures |= judge_renewals(happened, session, subscribers, mails)
        figures["charges_disturbed"] = _disturbed(shopper)
    return figures | {"forged_accepted": forged, "left_over": left_over(session)}


def _disturbed(shopper: Shopper) -> int:
    """How many calls to charge a saved card were refused, failed, or lost their answer."""
    faults = shopper.sandbox("GET", "/sandbox/faults")["faults"]
    return sum(fault["struck"] for fault in faults if fault.get("path") in CHARGES)


def _ask_invariants(happened: Happened, session: Session, is_waiting_fine: bool) -> None:
    for name, ask in QUESTIONS.items():
        if name == OF_WAITING and is_waiting_fine:
            parked = session.scalar(PARKED)
            answers = [f"{parked} rows are parked"] if parked else []
        else:
            answers = ask(session)
        for answer in answers:
            happened.blame(f"{name}: {answer}")


def _compare_charges(happened: Happened, charges: Sequence[Taken], session: Session) -> dict[str, int]:
    """No charge without our record, no record without a charge, none twice, and each told alike by both."""
    captured = session.scalars(select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.CAPTURED)).all()
    theirs = {taken.charge_ref: taken for taken in charges}
    ours = {attempt.charge_ref: _told_by_us(attempt) for attempt in captured}
    times = Counter(attempt.charge_ref for attempt in captured)
    times += Counter(taken.attempt_id for taken in theirs.values())
    lost, invented = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
    doubled = [ref for ref, count in times.items() if count > 1]
    differing = [ref for ref in theirs.keys() & ours.keys() if theirs[ref] != ours[ref]]
    for what, refs in {"lost": lost, "invented": invented, "doubled": doubled, "told differently": differing}.items():
        if refs:
            happened.blame(f"{len(refs)} payments are {what}, such as {sorted(refs)[:EXAMPLES_MAX]}")
    return {"charges": len(charges), "captured": len(captured), "lost": len(lost), "doubled": len(doubled)}


def _compare_clearing(happened: Happened, ledgers: Mapping[str, Ledger], session: Session) -> None:
    """What our ledger says is at the gateway is there: what came, less what was refunded and disputed.

    What came past every gateway is the bank's to compare.
    """
    theirs = {
        (gateway, currency.upper()): minor
        for gateway, ledger in ledgers.items()
        for currency, minor in ledger.totals.items()
        if minor
    }
    ours = {
        (gateway, currency): minor
        for (account, gateway, currency), minor in balances(session).items()
        if account is LedgerAccount.GATEWAY_CLEARING and gateway not in set(ManualMethod) and minor
    }
    if theirs != ours:
        happened.blame(f"the gateways hold {theirs}, our ledger says {ours}")


def _told_by_us(attempt: PaymentAttempt) -> Taken:
    return Taken(attempt.charge_ref, str(attempt.id), attempt.payment_ref, attempt.amount_minor, attempt.currency)


def _compare_emails(
    happened: Happened, emails: list[dict[str, Any]], numbers: set[str], ahead: set[str]
) -> dict[str, int]:
    """Each paid invoice and each credit note was sent exactly once, but for those whose receipt is still `ahead`.

    One that is to be paid by transfer was sent before, as what it was then. No e-mail came twice.
    """
    told = [email for email in emails if not email["idempotency_key"].startswith(ASKING)]
    sent = Counter(file["filename"].removesuffix(".pdf") for email in told for file in email["attachments"])
    unsent, twice = numbers - ahead - sent.keys(), [number for number, times in sent.items() if times > 1]
    if unsent or twice or sent.keys() - numbers:
        happened.blame(f"{len(unsent)} papers were not sent, {len(twice)} twice: {sorted(unsent)[:EXAMPLES_MAX]}")
    keys = Counter(email["idempotency_key"] for email in emails)
    doubled = [key for key, times in keys.items() if times > 1]
    if doubled:
        happened.blame(f"{len(doubled)} e-mails came twice, such as {doubled[:EXAMPLES_MAX]}")
    notes = sum(number.startswith("CN-") for number in numbers)
    return {"invoices": len(numbers) - notes, "credit_notes": notes, "emails": len(emails)}
