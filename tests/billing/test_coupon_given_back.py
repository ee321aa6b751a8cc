"""A coupon that a start has used which never became a subscription can be used by somebody else."""

from uuid import UUID

import pytest
from sqlalchemy import select

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.tables import Coupon
from billing.errors import Rejected
from billing.subscriptions.tables import SubscriptionStatus
from tests.billing.subscribers import Books, utc

BEGIN, A_DAY_LATER = utc("2026-04-01 10:00"), utc("2026-04-02 10:00")


@pytest.fixture(autouse=True)
def _coupon_for_one(books: Books) -> None:
    """A coupon for one subscription in all."""
    with books.database.transaction() as session:
        issue_coupon(session, "ONCE", CouponTerms(percent_ppm=500_000, redemptions_max=1))


def _redemptions(books: Books) -> int:
    with books.database.transaction() as session:
        return session.scalars(select(Coupon.redemptions)).one()


def test_a_start_that_nobody_paid_gives_it_back_when_it_expires(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, coupon="ONCE")
    books.answer(BEGIN, decline="insufficient_funds")
    with pytest.raises(Rejected, match="coupon_used_up"):
        books.subscribe(ada, BEGIN, coupon="ONCE")
    books.come_due(A_DAY_LATER)
    assert books.subscription(subscription_id).status is SubscriptionStatus.EXPIRED
    assert _redemptions(books) == 0
    books.subscribe(ada, A_DAY_LATER, coupon="ONCE")
    assert _redemptions(books) == 1


def test_a_start_that_is_canceled_unpaid_gives_it_back_once(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, coupon="ONCE")
    books.answer(BEGIN, decline="insufficient_funds")
    books.cancel(subscription_id, BEGIN)
    with pytest.raises(Rejected, match="subscription_ended"):
        books.cancel(subscription_id, BEGIN)
    assert _redemptions(books) == 0


@pytest.mark.parametrize("trial_days", [0, 14])
def test_what_has_begun_keeps_it_also_when_it_ends(books: Books, ada: UUID, trial_days: int) -> None:
    subscription_id = books.subscribe(ada, BEGIN, coupon="ONCE", trial_days=trial_days)
    books.answer(BEGIN)
    books.cancel(subscription_id, A_DAY_LATER)
    assert _redemptions(books) == 1
