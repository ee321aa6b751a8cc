"""Events of usage: each costs once what its operation cost at its time, and never more than is there."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from billing.credits.queries import list_transactions
from billing.errors import Rejected
from billing.usage.costs import credits_for
from billing.usage.queries import list_costs
from billing.usage.record import Batch, record_usage
from billing.usage.tables import CreditCost, Rounding
from database.engine import Database
from database.ids import uuid7
from tests.billing.conftest import NOON
from tests.billing.meters import Meter, told, use

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def meter(database: Database, account_id: UUID) -> Meter:
    """A hundred credits; a scan costs two, a word a tenth of one."""
    meter = Meter(database, account_id, NOON)
    meter.prepaid.grant(100, NOON)
    meter.price("scan", 2)
    meter.price("word", 1, 10)
    return meter


def test_an_event_costs_its_credits_once(meter: Meter) -> None:
    assert told(meter.record(use("a", quantity=3), use("b", "word", 11))) == [6, 2]
    assert told(meter.record(use("a", quantity=3), use("c"))) == ["again", 2]
    assert meter.balance == 90


def test_the_same_id_with_another_content_is_told(meter: Meter) -> None:
    meter.record(use("a", at=NOON - HOUR, site="shop"))
    others = [
        use("a", quantity=2, at=NOON - HOUR, site="shop"), use("a", "word", at=NOON - HOUR, site="shop"),
        use("a", at=NOON - HOUR, site="blog"), use("a", at=NOON, site="shop"),
    ]  # fmt: skip
    assert told(meter.record(*others)) == ["event_id_reused"] * 4
    assert told(meter.record(use("a", site="shop"), use("a", at=NOON - HOUR, site="shop"))) == ["again"] * 2
    assert meter.balance == 98


def test_the_same_id_twice_in_a_batch_and_in_a_set_counts_once(meter: Meter) -> None:
    first, second = meter.record_batches([[use("a"), use("a"), use("a", quantity=2)], [use("a"), use("b")]])
    assert told(first.outcomes) == [2, "again", "event_id_reused"]
    assert told(second.outcomes) == ["again", 2]
    assert (first.balance, second.balance) == (98, 96)


def test_what_does_not_fit_is_refused_and_a_cheaper_one_behind_it_is_taken(meter: Meter) -> None:
    uses = [use("a", quantity=40), use("b", quantity=11), use("c", quantity=10), use("d", "word")]
    assert told(meter.record(*uses)) == [80, "insufficient_credits", 20, "insufficient_credits"]
    assert meter.balance == 0
    meter.prepaid.grant(22, NOON)
    assert told(meter.record(use("b", quantity=11))) == [22], "a refused event may be sent again"


def test_a_batch_is_one_debit_a_grant(meter: Meter) -> None:
    meter.prepaid.grant(4, NOON, days=1)
    meter.record(*[use(f"e{n}") for n in range(5)])
    with meter.database.transaction() as session:
        used = [row for row in list_transactions(session, meter.account_id).data if row.movement == "consume"]
    assert sorted(row.amount for row in used) == [-6, -4]
    assert {row.description for row in used} == {"scan × 5 events"}


def test_an_event_is_priced_by_the_version_of_its_time(meter: Meter) -> None:
    meter.price("scan", 5, since=NOON, now=NOON - DAY)
    uses = [use("before", at=NOON - HOUR), use("at", at=NOON), use("now"), use("never", at=NOON - 34 * DAY)]
    assert told(meter.record(*uses, now=NOON + HOUR)) == [2, 5, 5, 2]


def test_an_operation_without_a_price_and_a_time_that_cannot_be_are_refused(meter: Meter) -> None:
    meter.price("new", 1, since=NOON - HOUR)
    uses = [
        use("a", "dance"), use("b", "new", at=NOON - 2 * HOUR), use("c", at=NOON + 6 * HOUR / 60),
        use("d", at=NOON - 36 * DAY), use("e", at=NOON + 4 * HOUR / 60), use("f", at=NOON - 35 * DAY),
    ]  # fmt: skip
    assert told(meter.record(*uses)) == [
        "operation_unknown", "operation_unknown", "event_in_the_future", "event_too_late", 2, 2,
    ]  # fmt: skip


def test_an_unknown_account_is_told_of_its_batch_alone(meter: Meter) -> None:
    stranger, ours = (Batch(each, [use("a")], f"test/{each}", NOON) for each in (uuid7(), meter.account_id))
    with meter.database.transaction() as session:
        refused, recorded = record_usage(session, [stranger, ours])
    assert isinstance(refused, Rejected)
    assert refused.code == "account_not_found"
    assert not isinstance(recorded, Rejected)


def test_a_version_is_never_edited_and_none_begins_in_the_past(meter: Meter) -> None:
    first = meter.price("scan", 2)
    assert meter.price("scan", 2) == first, "the same once more is the same"
    with pytest.raises(Rejected, match="cost_version_exists"):
        meter.price("scan", 3)
    with pytest.raises(Rejected, match="valid_from_past"):
        meter.price("scan", 3, since=NOON - HOUR)
    with meter.database.transaction() as session, pytest.raises(DBAPIError, match="permission denied"):
        session.execute(update(CreditCost).values(credits=1))


def test_the_price_list_shows_what_counts_and_what_will(meter: Meter) -> None:
    meter.price("scan", 3, since=NOON + HOUR)
    meter.price("scan", 4, since=NOON + DAY)
    with meter.database.transaction() as session:
        now, later, every = (list_costs(session, at).data for at in (NOON, NOON + HOUR, None))
    assert [cost.credits for cost in now if cost.operation == "scan"] == [2, 3, 4]
    assert [cost.credits for cost in later if cost.operation == "scan"] == [3, 4]
    assert [cost.credits for cost in every] == [2, 3, 4, 1]


def test_an_agreed_overdraft_is_used_to_its_end_and_paid_by_the_next_credits(meter: Meter) -> None:
    meter.agree(30)
    assert told(meter.record(use("a", quantity=60), use("b", quantity=6), use("c", quantity=5))) == [
        120, "insufficient_credits", 10,
    ]  # fmt: skip
    assert meter.balance == -30
    with pytest.raises(Rejected, match="insufficient_credits"):
        meter.prepaid.use(1, NOON)
    meter.prepaid.grant(50, NOON)
    assert meter.balance == 20
    assert meter.prepaid.use(40, NOON) == -20
    meter.prove()


def test_an_overdraft_that_ended_lets_nothing_be_used_until_it_is_paid(meter: Meter) -> None:
    meter.agree(30)
    meter.record(use("a", quantity=60))
    meter.agree(0)
    assert told(meter.record(use("b"))) == ["insufficient_credits"]
    meter.prepaid.grant(21, NOON)
    assert told(meter.record(use("b"), use("c", "word"))) == ["insufficient_credits", 1]


@pytest.mark.parametrize("overdraft_max", [0, 40])
def test_sixteen_at_once_take_exactly_what_is_there(meter: Meter, overdraft_max: int) -> None:
    meter.agree(overdraft_max)

    def send(client: int) -> Sequence[int | str]:
        uses = [use(f"{client}/{n}") for n in range(6)]
        batch = Batch(meter.account_id, uses, f"test/{uuid7()}", NOON)
        with meter.database.transaction() as session:
            (recorded,) = record_usage(session, [batch])
        assert not isinstance(recorded, Rejected)
        return told(recorded.outcomes)

    # as many as the pool of one process has connections; the others wait for one
    with ThreadPoolExecutor(3) as clients:
        outcomes = [each for answer in clients.map(send, range(16)) for each in answer]
    assert outcomes.count(2) == (100 + overdraft_max) // 2
    assert set(outcomes) == {2, "insufficient_credits"}
    assert meter.balance == -overdraft_max
    meter.prove()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    quantity=st.integers(1, 10**9), credits=st.integers(0, 10**9), per=st.integers(1, 10**9),
    rounding=st.sampled_from(Rounding),
)  # fmt: skip
def test_credits_are_rounded_as_the_version_says(quantity: int, credits: int, per: int, rounding: Rounding) -> None:
    cost = CreditCost(credits=credits, per_quantity=per, rounding=rounding)
    whole = credits_for(cost, quantity)
    off = quantity * credits - whole * per
    match rounding:
        case Rounding.UP:
            assert -per < off <= 0
        case Rounding.DOWN:
            assert 0 <= off < per
        case Rounding.HALF_UP:
            assert -per <= 2 * off < per
