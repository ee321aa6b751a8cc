"""Subscribers for tests of the books: accounts with cards, and a gateway's answers given by hand."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select

from billing.accounts.open import open_account
from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.cycle.end.cancel import cancel_subscription
from billing.cycle.pause.pause import pause_subscription
from billing.cycle.pause.resume import resume_subscription
from billing.cycle.plan_change.change_plan import change_plan
from billing.cycle.plan_change.expire_change import due_changes, expire_change
from billing.cycle.renewal.come_due import come_due
from billing.cycle.renewal.due import claim_due
from billing.cycle.start.create import create_subscription
from billing.dunning.tables import DunningEnd, DunningPolicy
from billing.invariants import violations
from billing.invoices.tables import Invoice
from billing.outcomes.end_dunning import due_ends, end_due
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.save_card import save_card
from billing.payments.begin_charges import begin_charges
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.receipts.queries import kept_for
from billing.receipts.tables import Receipt, ReceiptSource
from billing.subscriptions.queries import get_subscription, lock_subscription
from billing.subscriptions.tables import Subscription
from database.engine import Database
from database.ids import uuid7
from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.subscriptions import ChangePlan, CreateSubscription, PlanChoice
from schemas.facts.customers import CardFact
from schemas.facts.payments import ChargedCard, PaymentFact, PaymentStatus
from tests.billing.papers import contradictions


def utc(text: str) -> datetime:
    """`2026-01-31 10:00` as aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Books:
    """The books, and a hand that does what workers and a gateway do."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def open(self, name: str = "Ada's Analytics", country: str = "US") -> UUID:
        """An account without a card."""
        command = OpenAccount(
            name=name, owner="user-1", billing_email="b@ada.example", billing_address=Address(country=country)
        )
        with self.database.transaction() as session:
            return open_account(session, uuid7(), command)

    def give_card(self, account_id: UUID, now: datetime, ref: str | None = None) -> UUID:
        """A saved card that is charged from now on."""
        token = ref or f"pm_{uuid7().hex}"
        card = CardFact("stripe", token, f"cus_{account_id.hex}", "visa", "4242", 12, 2040)
        with self.database.transaction() as session:
            return save_card(session, account_id, card, now, chosen_at=now)

    def subscribe(self, account_id: UUID, now: datetime, plan: str = "starter", **fields: object) -> UUID:
        """A subscription as the command makes it."""
        choice = _choice(plan, fields)
        # the same customer comes again and again here; `test_admission` tells who may
        several = {"allow_another": True, "allow_trial_again": True}
        command = CreateSubscription.model_validate({"account_id": account_id, "plan": choice, **several, **fields})
        with self.database.transaction() as session:
            return create_subscription(session, uuid7(), command, now).id

    def change(self, subscription_id: UUID, plan: str, now: datetime, **fields: object) -> None:
        """A change of plan as the command makes it."""
        choice = _choice(plan, fields)
        wanted = {"subscription_id": subscription_id, "plan": choice, "allow_another": True, **fields}
        command = ChangePlan.model_validate(wanted)
        with self.database.transaction() as session:
            change_plan(session, command, str(uuid7()), now)

    def pause(self, subscription_id: UUID, now: datetime, resumes_at: datetime | None = None) -> None:
        """A pause as the command makes it."""
        with self.database.transaction() as session:
            subscription = lock_subscription(session, subscription_id)
            pause_subscription(session, subscription, resumes_at, str(uuid7()), now)

    def resume(self, subscription_id: UUID, now: datetime) -> None:
        """The end of a pause as the command makes it."""
        with self.database.transaction() as session:
            resume_subscription(session, lock_subscription(session, subscription_id), now)

    def cancel(self, subscription_id: UUID, now: datetime, *, at_period_end: bool = False) -> None:
        """A cancellation as the command makes it."""
        with self.database.transaction() as session:
            subscription = lock_subscription(session, subscription_id)
            cancel_subscription(session, subscription, at_period_end=at_period_end, cause=str(uuid7()), now=now)

    def come_due(self, now: datetime, limit: int = 100) -> int:
        """One batch of the sweep."""
        with self.database.transaction() as session:
            ids = claim_due(session, Timeline(None, now), limit)
            come_due(session, ids, now)
        return len(ids)

    def expire_changes(self, now: datetime) -> int:
        """The sweep drops changes of plan that nobody paid for; how many."""
        with self.database.transaction() as session:
            return sum(expire_change(session, each, now) for each in due_changes(session, Timeline(None, now), 100))

    def end_dunnings(self, now: datetime) -> None:
        """The sweep ends what had its last try."""
        timeline = Timeline(None, now)
        with self.database.transaction() as session:
            for invoice_id in due_ends(session, timeline, 100):
                end_due(session, invoice_id, now)

    def catch_up(self, now: datetime) -> int:
        """The sweep until nothing is due."""
        count = 0
        while done := self.come_due(now):
            count += done
        return count

    def send(self, now: datetime) -> None:
        """Every charge that was begun is sent; nobody knows yet what became of it."""
        with self.database.transaction() as session:
            begun = select(PaymentAttempt.id).where(PaymentAttempt.status == AttemptStatus.CREATED)
            begin_charges(session, session.scalars(begun).all(), Wall(now))

    def answer(self, now: datetime, decline: str = "", status: AttemptStatus = AttemptStatus.CREATED) -> int:
        """The gateway answers every charge that stands there: it captures, or declines with this code."""
        live = select(PaymentAttempt).where(PaymentAttempt.kind == AttemptKind.CHARGE, PaymentAttempt.status == status)
        with self.database.transaction() as session:
            attempts = session.scalars(live.order_by(PaymentAttempt.id)).all()
        for attempt in attempts:
            with self.database.transaction() as session:
                record_outcome(session, answer_of(attempt, now, decline), Wall(now))
        return len(attempts)

    def capture_late(self, now: datetime) -> None:
        """The gateway says of the last charge that failed that it went through after all."""
        failed = select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.FAILED)
        with self.database.transaction() as session:
            attempt = session.scalars(failed.order_by(PaymentAttempt.id.desc()).limit(1)).one()
        with self.database.transaction() as session:
            record_outcome(session, answer_of(attempt, now, ""), Wall(now))

    def subscription(self, subscription_id: UUID) -> Subscription:
        """The row as it is."""
        with self.database.transaction() as session:
            return get_subscription(session, subscription_id)

    def invoices(self, account_id: UUID) -> list[Invoice]:
        """The account's invoices, oldest first."""
        with self.database.transaction() as session:
            return list(session.scalars(select(Invoice).where(Invoice.account_id == account_id).order_by(Invoice.id)))

    def paid_minor(self, account_id: UUID) -> int:
        """What was captured from an account in all."""
        captured = select(func.coalesce(func.sum(Receipt.amount_minor), 0)).where(
            Receipt.account_id == account_id, Receipt.source == ReceiptSource.CAPTURE
        )
        with self.database.transaction() as session:
            return int(session.scalars(captured).one())

    def kept_minor(self, account_id: UUID, currency: str = "USD") -> int:
        """What is kept for an account, in minor units of a currency."""
        with self.database.transaction() as session:
            return kept_for(session, account_id, currency).minor

    def policy(self, slug: str, retry_days: list[int], at_the_end: DunningEnd) -> str:
        """A dunning policy of the house; its slug."""
        with self.database.transaction() as session:
            session.add(DunningPolicy(slug=slug, retry_days=retry_days, at_the_end=at_the_end))
        return slug

    def disorder(self) -> list[str]:
        """What the invariants find, but for follow-ups that nobody does here, and papers that contradict the books."""
        with self.database.transaction() as session:
            wrong_papers = contradictions(session)
        return [found for found in self.violations() if "nothing_waits" not in found] + wrong_papers

    def violations(self) -> list[str]:
        """What the invariants find."""
        with self.database.transaction() as session:
            return violations(session)


def _choice(plan: str, fields: dict[str, object]) -> PlanChoice:
    """Takes what is of the choice out of a command's fields."""
    chosen = {name: fields.pop(name) for name in ("interval", "currency") if name in fields}
    return PlanChoice.model_validate({"plan": plan, **chosen})


def answer_of(attempt: PaymentAttempt, now: datetime, decline: str) -> PaymentFact:
    """What the gateway says of a charge."""
    return PaymentFact(
        gateway="stripe",
        attempt_id=str(attempt.id),
        checkout_ref="",
        payment_ref=f"pi_{attempt.id.hex}",
        charge_ref=f"ch_{attempt.id.hex}",
        customer_ref=attempt.request["customer_ref"],
        status=PaymentStatus.FAILED if decline else PaymentStatus.CAPTURED,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        paid_at=None if decline else now,
        failure_code=decline,
        card=ChargedCard("visa", "4242"),
    )
