"""How the monthly recurring revenue moved: new, grown, shrunk, lost and come back, by account, month and day of UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import insert

from billing.overview.dashboard import Part, next_month, parts_of
from billing.overview.mrr import mrr_of, mrr_series
from billing.subscriptions.tables import MrrMovement
from database.engine import Database
from schemas.views.dashboard import MrrFiguresView, MrrView
from tests.billing.subscribers import Books, utc

JANUARY, FEBRUARY, JULY = utc("2026-01-01 00:00"), utc("2026-02-01 00:00"), utc("2026-07-01 00:00")
WAYS = ("new", "reactivation", "expansion", "contraction", "churn")
Story = tuple[tuple[str, int], ...]


class Meters:
    """Subscriptions that were never paid, so that nothing is written of them but what a story says."""

    def __init__(self, database: Database) -> None:
        self.books = Books(database)

    def write(self, *stories: Story, currency: str = "USD") -> None:
        """A customer with a subscription for each story: when it brought how much more."""
        account_id = self.books.open()
        for story in stories:
            subscription_id = self._subscribe(account_id)
            rows = [
                {
                    "subscription_id": subscription_id, "account_id": account_id, "currency": currency,
                    "amount_minor": amount, "moved_at": datetime.fromisoformat(at).replace(tzinfo=UTC),
                }
                for at, amount in story
            ]  # fmt: skip
            with self.books.database.transaction() as session:
                session.execute(insert(MrrMovement), rows)

    def whole(self, since: datetime, until: datetime) -> dict[str, MrrFiguresView]:
        """By currency."""
        with self.books.database.transaction() as session:
            return {view.currency: view for view in mrr_of(session, since, until)}

    def series(self, since: datetime, until: datetime, by: Part) -> list[dict[str, MrrView]]:
        """Of each part, by currency."""
        parts = list(parts_of(since, until, by))
        with self.books.database.transaction() as session:
            return [
                {view.currency: view for view in part}
                for part in mrr_series(session, mrr_of(session, since, until), until, by, parts)
            ]

    def _subscribe(self, account_id: UUID) -> UUID:
        self.books.give_card(account_id, JANUARY)
        return self.books.subscribe(account_id, JANUARY)


@pytest.fixture
def meters(database: Database) -> Meters:
    """Without anything in them."""
    return Meters(database)


def _moved(view: MrrView | None) -> Mapping[str, int]:
    return {way: getattr(view, f"{way}_minor") for way in WAYS if getattr(view, f"{way}_minor")}


def test_a_customer_comes_grows_shrinks_leaves_and_comes_back(meters: Meters) -> None:
    meters.write(
        (("2026-01-05", 100), ("2026-02-05", 50), ("2026-03-05", -30), ("2026-04-05", -120), ("2026-06-05", 80))
    )
    months = [_moved(part["USD"]) for part in meters.series(JANUARY, JULY, "month")]
    assert months == [{"new": 100}, {"expansion": 50}, {"contraction": -30}, {"churn": -120}, {}, {"reactivation": 80}]
    whole = meters.whole(FEBRUARY, JULY)["USD"]
    assert (whole.opening_minor, whole.closing_minor, _moved(whole)) == (100, 80, {"contraction": -20})


def test_who_moves_from_one_subscription_to_another_has_not_churned(meters: Meters) -> None:
    meters.write((("2026-01-05", 100), ("2026-02-05", -100)), (("2026-02-06", 150),))
    assert _moved(meters.whole(FEBRUARY, JULY)["USD"]) == {"expansion": 50}
    days = meters.series(FEBRUARY, utc("2026-02-08 00:00"), "day")
    assert [_moved(day["USD"]) for day in days[4:6]] == [{"churn": -100}, {"reactivation": 150}], "of each day alone"


def test_who_comes_and_leaves_within_a_month_moved_nothing_and_is_not_new_again(meters: Meters) -> None:
    meters.write((("2026-01-05", 100), ("2026-01-20", -100), ("2026-02-05", 100)))
    months = [_moved(part["USD"]) for part in meters.series(JANUARY, utc("2026-03-01 00:00"), "month")]
    assert months == [{}, {"reactivation": 100}]
    assert _moved(meters.whole(FEBRUARY, JULY)["USD"]) == {"reactivation": 100}


def test_rates_are_of_those_who_were_there(meters: Meters) -> None:
    for _ in range(2):
        meters.write((("2026-01-05", 100),))
    meters.write((("2026-01-05", 500), ("2026-02-10", -500)))
    meters.write((("2026-02-01", 900), ("2026-02-20", -900)))
    february = meters.whole(FEBRUARY, utc("2026-03-01 00:00"))["USD"]
    assert (february.accounts, february.churned_accounts, february.churn_rate_ppm) == (3, 1, 333_333)
    assert (february.opening_minor, february.mrr_churn_rate_ppm) == (700, 714_286)
    january = meters.whole(JANUARY, FEBRUARY)["USD"]
    assert (january.churn_rate_ppm, january.mrr_churn_rate_ppm) == (None, None)


def test_months_are_those_of_utc_and_currencies_stand_apart(meters: Meters) -> None:
    meters.write((("2026-01-31 23:59:59.999999", 100),))
    meters.write((("2026-02-01 00:00:00", 200),), currency="EUR")
    january, february = meters.series(JANUARY, utc("2026-03-01 00:00"), "month")
    assert (_moved(january["USD"]), _moved(february["USD"])) == ({"new": 100}, {})
    assert (_moved(january["EUR"]), _moved(february["EUR"])) == ({}, {"new": 200})
    assert meters.whole(JANUARY, FEBRUARY).keys() == {"USD"}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_movements_lead_from_one_end_to_the_other(meters: Meters, seed: int) -> None:
    dice, moved = Random(seed), []  # noqa: S311 - no secret
    for _ in range(4):
        at, brings, story = JANUARY, 0, []
        for _ in range(12):
            at += timedelta(days=dice.randrange(20), seconds=dice.randrange(86_400))
            now_brings = dice.choice((0, 0, 100, 200))
            if now_brings != brings:
                story.append((at.replace(tzinfo=None).isoformat(), now_brings - brings))
                moved.append((at, now_brings - brings))
            brings = now_brings
        meters.write(tuple(story) or (("2026-01-01", 1),))
        moved += [] if story else [(JANUARY, 1)]
    until = next_month(max(at for at, _ in moved).replace(day=1, hour=0, minute=0, second=0))
    by_part: Mapping[Part, timedelta] = {"day": timedelta(days=1), "month": timedelta(days=31)}
    for by in by_part:
        for part, view in zip(parts_of(JANUARY, until, by), meters.series(JANUARY, until, by), strict=True):
            end = part + timedelta(days=1) if by == "day" else next_month(part)
            usd = view["USD"]
            assert usd.opening_minor == sum(amount for at, amount in moved if at < part)
            assert usd.closing_minor == sum(amount for at, amount in moved if at < end)
            assert usd.closing_minor - usd.opening_minor == sum(_moved(usd).values())
            assert usd.new_minor >= 0 >= usd.churn_minor
