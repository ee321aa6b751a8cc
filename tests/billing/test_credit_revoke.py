"""Credits of a plan are taken back when the time they were for is given up; what is spent is spent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from billing.credits.queries import list_transactions
from billing.credits.tables import CreditGrant, CreditSource
from billing.credits.watch import set_watch
from billing.errors import Rejected
from billing.invariants import credits_are_proved
from billing.usage.revoke import revoke_credits
from database.pages import Paging
from tests.billing.prepaid import Prepaid
from tests.billing.subscribers import Books

MAY_1 = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
MAY_10 = MAY_1 + timedelta(days=9)


@pytest.fixture
def plan(books: Books, prepaid: Prepaid) -> UUID:
    """Ada's subscription, which has granted nothing yet."""
    books.give_card(prepaid.account_id, MAY_1)
    return books.subscribe(prepaid.account_id, MAY_1)


def _revoke(ada: Prepaid, plan: UUID, amount: int, cause: str = "change/1", *, as_far: bool = False) -> int:
    with ada.database.transaction() as session:
        return revoke_credits(session, ada.account_id, plan, amount, cause, MAY_10, as_far_as_possible=as_far)


def _left(ada: Prepaid) -> dict[UUID, int]:
    with ada.database.transaction() as session:
        assert credits_are_proved.ask(session) == []
        return {grant.id: grant.remaining for grant in session.scalars(select(CreditGrant))}


def test_the_latest_granted_are_taken_first_and_packages_never(prepaid: Prepaid, plan: UUID) -> None:
    in_march = prepaid.grant(100, MAY_1 - timedelta(days=60), subscription_id=plan)
    in_may = prepaid.grant(500, MAY_1, days=31, subscription_id=plan)
    package = prepaid.grant(1_000, MAY_1)

    assert _revoke(prepaid, plan, 520) == 520

    assert _left(prepaid) == {in_march: 80, in_may: 0, package: 1_000}
    with prepaid.database.transaction() as session:
        newest = list_transactions(session, prepaid.account_id, Paging(limit=2)).data
        assert {(row.movement, row.amount) for row in newest} == {("revoke", -500), ("revoke", -20)}


def test_more_than_is_unspent_is_refused_as_a_whole(prepaid: Prepaid, plan: UUID) -> None:
    prepaid.grant(500, MAY_1, days=31, subscription_id=plan)
    prepaid.grant(1_000, MAY_1)
    prepaid.use(300, MAY_1)
    with pytest.raises(Rejected, match="201 credits would be taken back, only 200 are unspent") as refused:
        _revoke(prepaid, plan, 201)
    assert (refused.value.code, refused.value.status) == ("credits_already_used", 409)
    assert prepaid.balance(MAY_10) == 1_200


def test_a_cycle_that_the_gateway_runs_takes_what_is_there(prepaid: Prepaid, plan: UUID) -> None:
    prepaid.grant(500, MAY_1, days=31, subscription_id=plan)
    prepaid.use(300, MAY_1)
    assert _revoke(prepaid, plan, 450, as_far=True) == 200
    assert _revoke(prepaid, plan, 450, "change/2", as_far=True) == 0
    assert prepaid.balance(MAY_10) == 0


def test_a_repeat_takes_nothing_more_and_says_the_same(prepaid: Prepaid, plan: UUID) -> None:
    prepaid.grant(500, MAY_1, days=31, subscription_id=plan)
    assert [_revoke(prepaid, plan, 200) for _ in range(3)] == [200, 200, 200]
    assert prepaid.balance(MAY_10) == 300


def test_another_subscription_and_expired_credits_are_not_touched(books: Books, prepaid: Prepaid, plan: UUID) -> None:
    other = books.subscribe(prepaid.account_id, MAY_1)
    prepaid.grant(500, MAY_1, days=31, subscription_id=other)
    prepaid.grant(500, MAY_1, days=9, subscription_id=plan)
    assert _revoke(prepaid, plan, 1_000, as_far=True) == 0


def test_uses_and_revocations_at_once_share_what_there_is(prepaid: Prepaid, plan: UUID) -> None:
    for number in range(5):
        prepaid.grant(20, MAY_1, days=31 - number, subscription_id=plan)

    def act(number: int) -> int:
        if number % 2:
            return _revoke(prepaid, plan, 7, f"change/{number}", as_far=True)
        try:
            prepaid.use(7, MAY_10)
        except Rejected:
            return 0
        return 7

    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(act, range(32)))
    assert taken + prepaid.balance(MAY_10) == 100
    assert sum(_left(prepaid).values()) == prepaid.balance(MAY_10)


def test_a_revocation_may_cross_the_number_of_the_warning(prepaid: Prepaid, plan: UUID) -> None:
    prepaid.grant(500, MAY_1, days=31, subscription_id=plan)
    with prepaid.database.transaction() as session:
        set_watch(session, prepaid.account_id, 100)
    _revoke(prepaid, plan, 400)
    assert prepaid.warnings() == 0
    _revoke(prepaid, plan, 1, "change/2")
    assert prepaid.warnings() == 1


def test_a_plan_grants_what_its_lines_promise_until_its_period_ends(books: Books, prepaid: Prepaid, plan: UUID) -> None:
    books.answer(MAY_1)
    with prepaid.database.transaction() as session:
        [grant] = session.scalars(select(CreditGrant)).all()
    assert (grant.source, grant.subscription_id, grant.amount) == (CreditSource.PLAN, plan, 500)
    assert grant.expires_at == datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    assert _revoke(prepaid, plan, 250) == 250
    assert books.violations() == []
