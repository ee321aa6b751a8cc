"""Credits that are paid for late last as long as was sold, from the payment on, if else they were gone already."""

from uuid import UUID

from sqlalchemy import select

from billing.credits.tables import CreditGrant
from billing.payments.tables import AttemptStatus
from tests.billing.subscribers import Books, utc


def _grants(books: Books) -> list[tuple[int, str]]:
    """(credits, their expiry), oldest first."""
    with books.database.transaction() as session:
        grants = session.scalars(select(CreditGrant).order_by(CreditGrant.id)).all()
    return [(grant.amount, f"{grant.expires_at:%Y-%m-%d %H:%M}") for grant in grants]


def test_a_payment_in_time_changes_nothing(books: Books, ada: UUID) -> None:
    books.subscribe(ada, utc("2026-01-01 10:00"))
    books.answer(utc("2026-01-09 10:00"))
    assert _grants(books) == [(500, "2026-02-01 10:00")]


def test_four_days_of_an_upgrade_that_are_paid_after_them_last_four_days(books: Books, ada: UUID) -> None:
    """The outcome of the charge is not known before the period is over: the renewal waits for it, and is of Scale."""
    wished_at, late = utc("2026-01-28 10:00"), utc("2026-02-02 16:00")
    subscription_id = books.subscribe(ada, utc("2026-01-01 10:00"))
    books.answer(utc("2026-01-01 10:00"))
    books.change(subscription_id, "scale", wished_at)
    books.send(wished_at)
    with books.database.transaction() as session:
        assert session.scalars(select(CreditGrant)).one().amount == 500

    assert (books.expire_changes(late), books.come_due(late)) == (0, 0)
    assert books.answer(late, status=AttemptStatus.UNKNOWN) == 1
    assert _grants(books) == [(500, "2026-02-01 10:00"), (451, "2026-02-06 16:00")]
    assert books.come_due(late) == 1
    books.answer(late)
    assert _grants(books)[2:] == [(4_000, "2026-03-01 10:00")]
    assert books.disorder() == []


def test_each_of_two_months_that_are_billed_after_their_end_lasts_a_month(books: Books, ada: UUID) -> None:
    books.subscribe(ada, utc("2026-01-01 10:00"))
    books.answer(utc("2026-01-01 10:00"))
    assert books.catch_up(utc("2026-03-10 12:00")) == 2
    books.answer(utc("2026-03-10 12:00"))
    books.answer(utc("2026-03-10 12:00"))
    # February has 28 days; March is not over
    assert _grants(books)[1:] == [(500, "2026-04-07 12:00"), (500, "2026-04-01 10:00")]
