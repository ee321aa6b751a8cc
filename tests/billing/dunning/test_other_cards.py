"""A renewal whose card is refused for good is charged to the customer's next card at once, one after the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from billing.cards.detach import detach_card
from billing.cards.order import order_cards
from billing.cards.queries import ChargeableCard, cards_in_order, find_card
from billing.cards.tables import Card
from billing.clocks.wall import Wall
from billing.dunning.declines import is_hard
from billing.dunning.other_cards import Candidates
from billing.dunning.tables import Dunning, DunningPolicy, DunningState
from billing.errors import Rejected
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.notices.letters import LETTERS
from billing.notices.occasion import Occasion
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.save_card import save_card
from billing.payments.tables import LIVE_ATTEMPTS, AttemptStatus, PaymentAttempt
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.ids import uuid7
from database.outbox import OutboxEntry
from schemas.facts.customers import CardFact
from schemas.facts.payments import PaymentStatus
from tests.billing.charges import answer
from tests.billing.dunning.dunned import BROKE, FEBRUARY, JANUARY, STOLEN, Dunned
from tests.billing.subscribers import utc
from tests.billing.test_notices import LETTERHEAD

LATER = utc("2026-02-15 10:05")
EXPIRED = "expired_card"


def keep(dunned: Dunned, account_id: UUID, ref: str) -> UUID:
    """A card is saved beside the one that is charged."""
    fact = CardFact("stripe", ref, f"cus_{account_id.hex}", "visa", "4444", 12, 2040)
    with dunned.database.transaction() as session:
        return save_card(session, account_id, fact, JANUARY)


def renew(dunned: Dunned, account_id: UUID) -> UUID:
    """January is paid, and the charge for February begins with the card that is charged; the subscription."""
    subscription_id = dunned.subscribe(account_id, JANUARY)
    dunned.answer(JANUARY)
    dunned.come_due(FEBRUARY)
    return subscription_id


def tries(dunned: Dunned) -> list[tuple[str, str]]:
    """Card and status of every charge of the renewal, oldest first."""
    found = (
        select(PaymentAttempt, Card.card_ref)
        .join(Card, Card.id == PaymentAttempt.card_id)
        .join(Invoice, Invoice.id == PaymentAttempt.invoice_id)
        .where(Invoice.reason == InvoiceReason.RENEWAL)
        .order_by(PaymentAttempt.created_at, PaymentAttempt.id)
    )
    with dunned.database.transaction() as session:
        rows = session.execute(found).all()
    assert len({attempt.request["idempotency_key"] for attempt, _ in rows}) == len(rows)
    assert len([attempt for attempt, _ in rows if attempt.status in LIVE_ATTEMPTS]) <= 1
    return [(ref if ref in ("pm_b", "pm_c") else "pm_a", attempt.status.value) for attempt, ref in rows]


def dunnings(dunned: Dunned) -> int:
    with dunned.database.transaction() as session:
        return len(session.scalars(select(Dunning.invoice_id)).all())


def told(dunned: Dunned, now: datetime) -> tuple[str, bool]:
    """What the last mail of a failed payment says: why it failed, and whether a new card is needed."""
    with dunned.database.transaction() as session:
        failed = select(OutboxEntry).where(OutboxEntry.topic == "payment_failed").order_by(OutboxEntry.id.desc())
        entry = session.scalars(failed.limit(1)).one()
        facts = LETTERS[entry.topic](session, Occasion(entry.subject_id, entry.cause, LETTERHEAD, Wall(now)))
    return facts.failure, facts.needs_new_card


def test_the_next_card_pays_and_nobody_is_dunned(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    subscription_id = renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    assert tries(dunned) == [("pm_a", "failed"), ("pm_b", "created")]
    assert (dunnings(dunned), dunned.mails("payment_failed")) == (0, 0)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.ACTIVE

    dunned.answer(LATER)
    assert tries(dunned) == [("pm_a", "failed"), ("pm_b", "captured")]
    assert dunned.invoices(ada)[1].status is InvoiceStatus.PAID
    assert dunned.paid_minor(ada) == 2 * 9_900
    assert (dunnings(dunned), dunned.mails("payment_failed")) == (0, 0)


def test_they_are_tried_in_the_customers_order_and_when_all_are_refused_the_one_that_may_pay_is_tried_again(
    dunned: Dunned, ada: UUID
) -> None:
    first, second = keep(dunned, ada, "pm_b"), keep(dunned, ada, "pm_c")
    with dunned.database.transaction() as session:
        order_cards(session, ada, [second, first])
    subscription_id = renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    dunned.answer(FEBRUARY, EXPIRED)
    assert tries(dunned) == [("pm_a", "failed"), ("pm_c", "failed"), ("pm_b", "created")]
    assert dunned.mails("payment_failed") == 0
    dunned.answer(FEBRUARY, BROKE)

    dunning = dunned.dunning()
    assert (dunning.state, dunning.last_code, dunning.needs_new_card) == (DunningState.OPEN, BROKE, False)
    assert dunned.mails("payment_failed") == 1
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    assert dunned.sweep(utc("2026-02-16 10:00")) == (1, 0)
    assert tries(dunned)[3:] == [("pm_b", "created")], "the others were refused for good"
    dunned.answer(utc("2026-02-16 10:00"))
    assert dunned.dunning().state is DunningState.RECOVERED
    assert dunned.paid_minor(ada) == 2 * 9_900


def test_when_all_are_refused_for_good_another_card_is_waited_for(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    dunned.answer(FEBRUARY, EXPIRED)
    dunning = dunned.dunning()
    assert (dunning.attempts, dunning.next_attempt_at, dunning.needs_new_card) == (1, None, True)
    assert dunned.mails("payment_failed") == 1
    assert dunned.sweep(utc("2026-02-20 10:00")) == (0, 0)
    assert dunned.new_card(ada, utc("2026-02-20 11:00")) == 1
    assert len(tries(dunned)) == 3


def test_a_card_that_may_pay_later_is_not_passed_over(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    renew(dunned, ada)
    dunned.answer(FEBRUARY, BROKE)
    assert tries(dunned) == [("pm_a", "failed")]
    # on the next planned try it is refused for good: then the other one has its turn
    assert dunned.sweep(utc("2026-02-16 10:00")) == (1, 0)
    dunned.answer(utc("2026-02-16 10:00"), STOLEN)
    assert tries(dunned)[1:] == [("pm_a", "failed"), ("pm_b", "created")]
    assert dunned.mails("payment_failed") == 1
    dunned.answer(utc("2026-02-16 10:01"))
    assert dunned.dunning().state is DunningState.RECOVERED


def test_under_a_policy_that_tries_no_other_card_none_is_tried(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    with dunned.database.transaction() as session:
        session.execute(update(DunningPolicy).values(tries_other_cards=False))
    renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    assert tries(dunned) == [("pm_a", "failed")]
    assert (dunned.dunning().needs_new_card, dunned.mails("payment_failed")) == (True, 1)


def test_who_cancels_meanwhile_is_charged_to_no_other_card(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    subscription_id = renew(dunned, ada)
    dunned.send(FEBRUARY)
    dunned.cancel(subscription_id, LATER)
    dunned.answer(LATER, STOLEN, AttemptStatus.UNKNOWN)
    assert tries(dunned) == [("pm_a", "failed")]


def test_what_has_ended_is_charged_to_no_other_card_though_its_invoice_is_open(dunned: Dunned, ada: UUID) -> None:
    """Whoever ends a subscription gives up its invoices; should one be left, it is not asked for all the same."""
    keep(dunned, ada, "pm_b")
    subscription_id = renew(dunned, ada)
    dunned.send(FEBRUARY)
    ended = {"status": SubscriptionStatus.CANCELED, "ended_at": LATER, "canceled_at": LATER, "due_at": None}
    with dunned.database.transaction() as session:
        session.execute(update(Subscription).where(Subscription.id == subscription_id).values(ended))
    dunned.answer(LATER, STOLEN, AttemptStatus.UNKNOWN)
    assert tries(dunned) == [("pm_a", "failed")]
    assert dunned.invoices(ada)[1].status is InvoiceStatus.UNCOLLECTIBLE


def test_a_first_payment_waits_for_the_customer(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    dunned.subscribe(ada, JANUARY)
    assert dunned.answer(JANUARY, STOLEN) == 1
    assert dunned.answer(JANUARY) == 0


def test_a_card_that_is_named_meanwhile_comes_first(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    renew(dunned, ada)
    dunned.send(FEBRUARY)
    dunned.give_card(ada, LATER, "pm_c")
    dunned.answer(LATER, STOLEN, AttemptStatus.UNKNOWN)
    assert tries(dunned) == [("pm_a", "failed"), ("pm_c", "created")]


def test_sixteen_who_tell_of_the_same_refusal_begin_one_charge(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    renew(dunned, ada)
    with dunned.database.transaction() as session:
        attempt = session.scalars(select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.CREATED)).one()
    refused = answer(attempt, PaymentStatus.FAILED, failure_code=STOLEN)

    def tell(_: int) -> None:
        with dunned.database.transaction() as session:
            record_outcome(session, refused, Wall(FEBRUARY))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(tell, range(16)))
    assert tries(dunned) == [("pm_a", "failed"), ("pm_b", "created")]


def test_who_took_the_default_away_has_nothing_charged(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    with dunned.database.transaction() as session:
        (default, _) = cards_in_order(session, ada)
        assert detach_card(session, "stripe", default.card_ref, JANUARY)
        assert cards_in_order(session, ada) == []


def test_an_order_names_cards_of_the_account_that_are_there(dunned: Dunned, ada: UUID) -> None:
    first, second = keep(dunned, ada, "pm_b"), keep(dunned, ada, "pm_c")
    with dunned.database.transaction() as session:
        order_cards(session, ada, [first, second])
        order_cards(session, ada, [second])
        assert [card.card_ref for card in cards_in_order(session, ada)][1:] == ["pm_c", "pm_b"]
        assert detach_card(session, "stripe", "pm_c", JANUARY)
    for wrong in (second, uuid7()):
        with pytest.raises(Rejected, match="card_not_found"), dunned.database.transaction() as session:
            order_cards(session, ada, [first, wrong])
    with dunned.database.transaction() as session:
        kept = find_card(session, "stripe", "pm_b")
        assert kept is not None
        assert kept.fallback_order is None


CARDS = [ChargeableCard(uuid7(), "stripe", "cus", f"pm_{number}") for number in range(4)]
refusals = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([BROKE, STOLEN, EXPIRED])), max_size=8)


@given(refusals=refusals, count=st.integers(0, 4), tries_others=st.booleans())
def test_no_card_is_tried_twice_in_a_row_of_refusals_and_none_that_is_refused_for_good_again(
    refusals: list[tuple[int, str]], count: int, tries_others: bool
) -> None:
    cards = CARDS[:count]
    charges = [
        PaymentAttempt(card_id=CARDS[place].id, status=AttemptStatus.FAILED, failure_code=code)
        for place, code in refusals
    ]
    last = {CARDS[place].id: code for place, code in refusals}
    candidates = Candidates(cards, charges, tries_others)
    now, due = candidates.at_once(), candidates.when_due()
    is_over = bool(cards) and is_hard(last.get(cards[0].id, ""))
    if not tries_others:
        assert due == (cards[0] if cards else None), "the default alone, as ever"
        assert now in (None, due)
    if is_over and tries_others:
        untried = [card for card in cards if card.id not in last]
        hopeful = [card for card in cards if not is_hard(last.get(card.id, ""))]
        assert now == (untried[0] if untried else None), "each has its turn, whyever the one before was refused"
        assert due == next(iter([*untried, *hopeful]), None)
    if now is not None:
        assert not is_hard(last.get(now.id, ""))
        assert not charges or charges[-1].card_id != now.id
    for code in (BROKE, STOLEN):
        gone_by = candidates.code(code)
        assert gone_by == code or (tries_others and is_hard(code) and gone_by in last.values())


def test_a_good_card_has_its_turn_though_one_before_it_may_pay_later(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    keep(dunned, ada, "pm_c")
    renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    dunned.answer(FEBRUARY, BROKE)
    assert tries(dunned) == [("pm_a", "failed"), ("pm_b", "failed"), ("pm_c", "created")]
    assert (dunnings(dunned), dunned.mails("payment_failed")) == (0, 0)
    dunned.answer(FEBRUARY)
    assert dunned.paid_minor(ada) == 2 * 9_900


def test_a_card_that_is_saved_later_is_tried_before_one_that_was_refused(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    dunned.answer(FEBRUARY, BROKE)
    keep(dunned, ada, "pm_c")
    assert dunned.sweep(utc("2026-02-16 10:00")) == (1, 0)
    assert tries(dunned)[2:] == [("pm_c", "created")]


def test_a_stolen_card_is_not_charged_again_when_the_hopeful_one_is_gone(dunned: Dunned, ada: UUID) -> None:
    keep(dunned, ada, "pm_b")
    renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    dunned.answer(FEBRUARY, BROKE)
    with dunned.database.transaction() as session:
        assert detach_card(session, "stripe", "pm_b", FEBRUARY)
    assert dunned.sweep(utc("2026-02-16 10:00")) == (1, 0)
    assert tries(dunned)[2:] == []
    dunning = dunned.dunning()
    assert (dunning.last_code, dunning.needs_new_card, dunning.next_attempt_at) == ("no_card", True, None)
    assert dunned.mails("payment_failed") == 2, "from now on only another card helps"
    assert told(dunned, utc("2026-02-16 10:00")) == (f"<{BROKE}>", True), "there is a card on file"
    assert dunned.sweep(utc("2026-02-17 10:00")) == (0, 0)


def test_a_substitute_that_goes_before_it_is_charged_leaves_the_renewal_dunned(dunned: Dunned, ada: UUID) -> None:
    """The first refusal was passed over in silence, as another card was to pay: now it is told."""
    keep(dunned, ada, "pm_b")
    subscription_id = renew(dunned, ada)
    dunned.answer(FEBRUARY, STOLEN)
    assert (dunnings(dunned), dunned.mails("payment_failed")) == (0, 0)
    with dunned.database.transaction() as session:
        assert detach_card(session, "stripe", "pm_b", FEBRUARY)
        waiting = session.scalars(select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.CREATED)).one()
        record_outcome(session, answer(waiting, PaymentStatus.EXPIRED), Wall(FEBRUARY))
    assert tries(dunned) == [("pm_a", "failed"), ("pm_b", "expired")]
    dunning = dunned.dunning()
    assert (dunning.last_code, dunning.needs_new_card) == (STOLEN, True)
    assert dunned.mails("payment_failed") == 1
    assert told(dunned, FEBRUARY) == (f"<{STOLEN}>", True)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE


def test_the_only_card_goes_before_it_is_charged_and_the_renewal_is_dunned(dunned: Dunned, ada: UUID) -> None:
    subscription_id = renew(dunned, ada)
    with dunned.database.transaction() as session:
        (default,) = cards_in_order(session, ada)
        assert detach_card(session, "stripe", default.card_ref, FEBRUARY)
        waiting = session.scalars(select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.CREATED)).one()
        record_outcome(session, answer(waiting, PaymentStatus.EXPIRED), Wall(FEBRUARY))
    dunning = dunned.dunning()
    assert (dunning.last_code, dunning.needs_new_card) == ("no_card", True)
    assert dunned.mails("payment_failed") == 1
    assert told(dunned, FEBRUARY) == ("There is no card on file.", True)
    assert dunned.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
