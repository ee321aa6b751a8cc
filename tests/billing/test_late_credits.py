"""Credits that are paid for late last as long as was sold, from the payment on, if else they were gone already."""

from uuid import UUID

from sqlalchemy import select

from billing.credits.tables import CreditGrant
from tests.billing.subscribers import Books, utc

BROKE = "insufficient_funds"


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
    subscription_id = books.subscribe(ada, utc("2026-01-01 10:00"))
    books.answer(utc("2026-01-01 10:00"))
    books.change(subscription_id, "scale", utc("2026-01-28 10:00"))
    books.answer(utc("2026-01-28 10:00"), BROKE)
    with books.database.transaction() as session:
        assert session.scalars(select(CreditGrant)).one().amount == 500

    books.give_card(ada, utc("2026-02-02 16:00"))
    books.answer(utc("2026-02-02 16:00"))
    assert _grants(books) == [(500, "2026-02-01 10:00"), (451, "2026-02-06 16:00")]
    assert books.violations() == []


def test_each_of_two_months_that_are_billed_after_their_end_lasts_a_month(books: Books, ada: UUID) -> None:
    books.subscribe(ada, utc("2026-01-01 10:00"))
    books.answer(utc("2026-01-01 10:00"))
    assert books.catch_up(utc("2026-03-10 12:00")) == 2
    books.answer(utc("2026-03-10 12:00"))
    books.answer(utc("2026-03-10 12:00"))
    # February has 28 days; March is not over
    assert _grants(books)[1:] == [(500, "2026-04-07 12:00"), (500, "2026-04-01 10:00")]
