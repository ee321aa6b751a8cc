"""Captures: how many off-session charges a second the payment workers make, beside what the gateway allows.

Each customer starts a subscription: an issued invoice, a charge of the saved card at the sandbox, which takes its time
to answer as Stripe does, then the capture posted, the invoice settled and the subscription active.
"""

from concurrent.futures import ThreadPoolExecutor

import psutil  # type: ignore[import-untyped]  # ships no types
import requests
from sqlalchemy import text

from benchmarks.parts import Bench, delay_answers, processes_of, rate, running_bench, worker
from benchmarks.row import Row
from billing.accounts.open import open_account
from billing.cycle.start.create import create_subscription
from billing.invariants import violations
from billing.outcomes.save_card import save_card
from database.ids import uuid7
from gateways.stripe.limits import LIVE_CALLS_PER_SECOND
from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.subscriptions import CreateSubscription, PlanChoice
from schemas.facts.customers import CardFact
from schemas.messages.base import CHARGE_IDS_MAX
from schemas.messages.payments import ChargeCards
from settings import SANDBOX_STRIPE_KEY
from workers.queues import PAYMENTS
from workers.wiring import utc_now

CHARGES = 1_500
# as long as Stripe takes to confirm a payment, at the quick end
ANSWER_DELAY_SECONDS = 0.3
SHARE_AIM = 0.95
# at the size at which Celery replaces a process (worker_max_memory_per_child)
MEMORY_LIMIT_MB = 400.0
MEMORY_LOOKS = 20
SETTERS_UP = 8


def captures() -> list[Row]:
    """Captures per second over the allowed calls per second, and the memory of the largest of the processes."""
    with running_bench() as bench:
        _subscribe(bench)
        delay_answers(bench, ANSWER_DELAY_SECONDS)
        value, peak_mb = _measure(bench)
        _check(bench)
    allowed = LIVE_CALLS_PER_SECOND
    return [
        Row("captures.per_second", value, "captures/s", allowed, value / allowed, SHARE_AIM),
        Row("captures.process_memory_peak", peak_mb, "MB", MEMORY_LIMIT_MB, MEMORY_LIMIT_MB / peak_mb, 1.0),
    ]


def _measure(bench: Bench) -> tuple[float, float]:
    """(captures per second, the most memory of one process in MB)."""
    _ring(bench)
    peaks_mb = [0.0]

    def left() -> int:
        waiting = _waiting(bench)
        # not at every look: asking the kernel about all processes costs more than a capture
        if waiting <= CHARGES * (1 - len(peaks_mb) / MEMORY_LOOKS):
            peaks_mb.append(max(_children_mb(worker_pid), default=0.0))
        return waiting

    with worker("workers.celery_app", PAYMENTS, bench.environment, processes_of(PAYMENTS)) as worker_pid:
        return rate(CHARGES, left), max(peaks_mb)


def _ring(bench: Bench) -> None:
    with bench.database.transaction() as session:
        ids = list(session.scalars(text("SELECT id FROM outbox WHERE topic = 'charge' ORDER BY id")))
    for start in range(0, len(ids), CHARGE_IDS_MAX):
        bench.bell.ring(ChargeCards(ids=tuple(ids[start : start + CHARGE_IDS_MAX])))


def _waiting(bench: Bench) -> int:
    with bench.database.transaction() as session:
        counted = text("SELECT count(*) FROM outbox WHERE topic = 'charge' AND state = 'ready'")
        return int(session.scalar(counted) or 0)


def _children_mb(worker_pid: int) -> list[float]:
    return [child.memory_info().rss / 1e6 for child in psutil.Process(worker_pid).children()]


def _subscribe(bench: Bench) -> None:
    """Customers whose first payment is due."""
    with ThreadPoolExecutor(SETTERS_UP) as setters_up:
        saved = list(setters_up.map(lambda _: _save_card(bench.sandbox_url), range(CHARGES)))
    for customer_ref, card_ref in saved:
        _start(bench, CardFact("stripe", card_ref, customer_ref, "visa", "4242", 12, 2040))


def _save_card(sandbox_url: str) -> tuple[str, str]:
    """A customer of the sandbox and a card attached to it."""
    customer_ref = _post(f"{sandbox_url}/v1/customers", {})
    return customer_ref, _post(f"{sandbox_url}/v1/payment_methods/pm_card_visa/attach", {"customer": customer_ref})


def _post(url: str, form: dict[str, str]) -> str:
    answer = requests.post(url, data=form, headers={"Authorization": f"Bearer {SANDBOX_STRIPE_KEY}"}, timeout=10)
    answer.raise_for_status()
    reference: str = answer.json()["id"]
    return reference


def _start(bench: Bench, card: CardFact) -> None:
    with bench.database.transaction() as session:
        account_id = open_account(session, uuid7(), _opening(card.customer_ref))
        save_card(session, account_id, card, utc_now(), chosen_at=utc_now())
        session.flush()
        command = CreateSubscription(account_id=account_id, plan=PlanChoice(plan="starter"), trial_days=0)
        create_subscription(session, uuid7(), command, utc_now())


def _opening(owner: str) -> OpenAccount:
    address = Address(country="US")
    return OpenAccount(name=f"Bench {owner}", owner=owner, billing_email="bench@example.com", billing_address=address)


def _check(bench: Bench) -> None:
    """A fast wrong answer is no answer, and a faster one than allowed is no good one."""
    with bench.database.transaction() as session:
        active = session.scalar(text("SELECT count(*) FROM subscriptions WHERE status = 'active'"))
        wrong = violations(session)
    taken = requests.get(f"{bench.sandbox_url}/sandbox/ledger", timeout=30).json()["charges"]
    if (active, len(taken)) != (CHARGES, CHARGES) or wrong:
        raise RuntimeError(f"{active} of {CHARGES} subscriptions are active, {len(taken)} charges were taken; {wrong}")
