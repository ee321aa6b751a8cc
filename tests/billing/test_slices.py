"""What needs a second person needs one in slices, too: what is done to an account within a day counts together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select, text

from billing.receipts.tables import Receipt
from database.engine import Database
from database.memory import WorkState
from database.operations import stage_command
from tests.billing.deciders import Deciders
from tests.billing.payers import Payer
from tests.billing.prepaid import Prepaid
from workers.wiring import Work

Give = Callable[..., UUID]


@pytest.fixture
def slicers(hands: Work, books_of_owner: Database) -> Deciders:
    """They decide, each in small parts."""
    return Deciders(hands, books_of_owner)


@pytest.fixture
def give(slicers: Deciders, prepaid: Prepaid) -> Give:
    """Credits, by Mo unless somebody else is said."""

    def said(amount: int, who: str = "mo", **more: str) -> UUID:
        body = {"account_id": str(prepaid.account_id), "direction": "grant", "reason": "an outage", **more}
        return slicers.say(who, "adjust_credits", amount=amount, **body)

    return said


def _later(slicers: Deciders, hours: int) -> None:
    passed = text("UPDATE done_alone SET done_at = done_at - make_interval(hours => :hours)")
    with slicers.owner.transaction() as session:
        session.execute(passed, {"hours": hours})


def test_grants_within_a_day_count_together_whoever_gives_them(slicers: Deciders, give: Give) -> None:
    assert [slicers.outcome(give(4_000, who)) for who in ("mo", "jo")] == ["done", "done"]
    third = give(2_001)
    assert slicers.row(third).state is WorkState.AWAITING_APPROVAL
    assert slicers.outcome(give(2_000)) == "done", "so much is left"
    assert slicers.outcome(give(1, direction="take")) == "awaiting_approval", "to take is of the same kind"
    assert slicers.approve("jo", third) == "done"
    assert slicers.outcome(third) == "done"


def test_what_two_people_have_done_and_what_was_done_a_day_ago_counts_for_nothing(
    slicers: Deciders, give: Give
) -> None:
    large = give(50_000)
    assert slicers.approve("jo", large) == "done"
    assert slicers.outcome(give(10_000)) == "done"
    assert slicers.outcome(give(1)) == "awaiting_approval"
    _later(slicers, 23)
    assert slicers.outcome(give(1)) == "awaiting_approval"
    _later(slicers, 1)
    assert slicers.outcome(give(10_000)) == "done"


def test_of_many_at_once_as_many_are_done_as_one_person_may(slicers: Deciders, prepaid: Prepaid, give: Give) -> None:
    """Without the lock each of them would see that nothing was done yet."""
    body = {
        "account_id": str(prepaid.account_id), "direction": "grant", "reason": "an outage", "amount": 4_000,
    }  # fmt: skip
    with slicers.work.database.transaction() as session:
        staged = [stage_command(session, "adjust_credits", body, slicers.keys["mo"]) for _ in range(8)]
    with ThreadPoolExecutor(len(staged)) as threads:
        list(threads.map(slicers.run, staged))
    outcomes = sorted(slicers.outcome(each) for each in staged)
    assert outcomes == [*["awaiting_approval"] * 6, "done", "done"]
    assert prepaid.balance(slicers.work.wall().at) == 8_000


def test_refunds_to_an_account_count_together_and_another_currency_for_itself(
    slicers: Deciders, billed: UUID, remitter: Payer
) -> None:
    remitter.pay(billed, 2_999)
    slicers.limit("refund_payment", "USD", 1_000)
    with slicers.work.database.transaction() as session:
        payment_id = str(session.scalars(select(Receipt.id)).one())
    wish = {"payment_id": payment_id, "paid_out_on": "2026-11-23", "used_credits": "forgive"}
    refunds = [slicers.say("mo", "refund_payment", amount_minor=minor, **wish) for minor in (600, 300, 200, 100)]
    assert [slicers.outcome(each) for each in refunds] == ["done", "done", "awaiting_approval", "done"]
    with slicers.owner.transaction() as session:
        session.execute(text("UPDATE done_alone SET unit = 'EUR'"))
    assert slicers.outcome(slicers.say("mo", "refund_payment", amount_minor=200, **wish)) == "done"


def test_half_by_a_refund_and_half_by_a_credit_note_is_as_much_money(
    slicers: Deciders, billed: UUID, remitter: Payer
) -> None:
    remitter.pay(billed, 2_999)
    for kind in ("refund_payment", "credit_invoice"):
        slicers.limit(kind, "USD", 1_000)
    with slicers.work.database.transaction() as session:
        payment_id = str(session.scalars(select(Receipt.id)).one())
    refund = {"payment_id": payment_id, "paid_out_on": "2026-11-23", "used_credits": "forgive"}
    assert slicers.outcome(slicers.say("mo", "refund_payment", amount_minor=600, **refund)) == "done"
    credit = {"invoice_id": str(billed), "reason": "duplicate", "used_credits": "forgive"}
    by_note = [slicers.say("mo", "credit_invoice", amount_minor=minor, **credit) for minor in (401, 400)]
    assert [slicers.outcome(each) for each in by_note] == ["awaiting_approval", "done"]


def test_whoever_approves_reads_why_what_is_noted_and_what_becomes_of_used_credits(
    slicers: Deciders, billed: UUID, remitter: Payer, give: Give
) -> None:
    remitter.pay(billed, 2_999)
    slicers.limit("refund_payment", "USD", 0)
    with slicers.work.database.transaction() as session:
        payment_id = str(session.scalars(select(Receipt.id)).one())
    wish = {"reason": "duplicate", "used_credits": "forgive", "note": "Paid <twice>"}
    wanted = slicers.say("mo", "refund_payment", payment_id=payment_id, paid_out_on="2026-11-23", **wish)
    effect = slicers.shown(wanted).effect
    assert {name: effect[name] for name in wish} == wish
    assert slicers.shown(give(20_000)).effect["reason"] == "an outage"
