"""Services that come and go within a period: what is charged for the rest of it comes back for the rest of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from billing.catalog.seed import seed
from billing.cycle.services.add_service import add_service
from billing.cycle.services.preview_service import preview_service
from billing.cycle.services.remove_service import remove_service
from billing.errors import Rejected
from billing.subscriptions.queries import additions_of
from billing.subscriptions.tables import SubscriptionStatus
from database.engine import Database, make_engine
from database.ids import uuid7
from schemas.commands.subscriptions import AddService, RemoveService
from schemas.plan_change_views import ServicePreview
from tests.billing.subscribers import Books, utc

APRIL_1, APRIL_16, MAY_1 = utc("2026-04-01 10:00"), utc("2026-04-16 10:00"), utc("2026-05-01 10:00")
SERVICE, ONCE = "campaign-management", "setup-app"  # 199.00 a month, and 299.00 once


class Extras(Books):
    """One subscriber of Starter with a card, since the first of April."""

    def begin(self, **fields: Any) -> UUID:
        self.account_id = self.open()
        self.give_card(self.account_id, APRIL_1)
        self.subscription_id = self.subscribe(self.account_id, APRIL_1, **fields)
        self.answer(APRIL_1)
        return self.subscription_id

    def add(self, at: datetime, service: str = SERVICE, quantity: int = 1) -> None:
        wanted = AddService(subscription_id=self.subscription_id, service=service, quantity=quantity)
        with self.database.transaction() as session:
            add_service(session, wanted, str(uuid7()), at)

    def remove(self, at: datetime, service: str = SERVICE) -> None:
        wanted = RemoveService(subscription_id=self.subscription_id, service=service)
        with self.database.transaction() as session:
            remove_service(session, wanted, str(uuid7()), at)

    def preview(self, at: datetime, service: str = SERVICE, quantity: int = 1, *, away: bool = False) -> ServicePreview:
        with self.database.transaction() as session:
            return preview_service(session, self.subscription_id, service, quantity, at, is_removed=away)

    def has(self) -> list[tuple[str, int]]:
        with self.database.transaction() as session:
            return [(each.terms.service_slug, each.quantity) for each in additions_of(session, self.subscription_id)]

    def bills(self) -> list[int]:
        return [invoice.total_minor for invoice in self.invoices(self.account_id)]


@pytest.fixture
def extras(database_url: str) -> Iterator[Extras]:
    """Books with a catalog."""
    database = Database(make_engine(database_url, pool_size=5))
    with database.transaction() as session:
        seed(session)
    kept = Extras(database)
    yield kept
    assert kept.disorder() == []
    database.engine.dispose()


def test_half_a_month_is_half_the_price_and_the_next_is_whole(extras: Extras) -> None:
    extras.begin()
    preview = extras.preview(APRIL_16)
    assert (preview.due_minor, preview.kept_minor, preview.period_end) == (9_950, 0, MAY_1)
    extras.add(APRIL_16)
    extras.answer(APRIL_16)
    assert extras.bills() == [9_900, preview.total_minor]
    assert extras.has() == [(SERVICE, 1)]
    extras.catch_up(MAY_1)
    extras.answer(MAY_1)
    assert extras.bills()[2:] == [9_900 + 19_900]


def test_what_is_left_of_it_is_kept_for_the_next_invoice(extras: Extras) -> None:
    """Three for the whole month; after half of it they are gone, and half of what they cost pays for May."""
    extras.begin(services=({"service": SERVICE, "quantity": 3},))
    preview = extras.preview(APRIL_16, away=True)
    assert (preview.total_minor, preview.due_minor, preview.kept_minor) == (0, 0, 3 * 9_950)
    extras.remove(APRIL_16)
    assert (extras.has(), extras.kept_minor(extras.account_id)) == ([], 3 * 9_950)
    extras.catch_up(MAY_1)
    extras.answer(MAY_1)
    assert extras.bills()[-1] == 9_900
    assert extras.kept_minor(extras.account_id) == 3 * 9_950 - 9_900


def test_a_service_that_stayed_for_an_hour_cost_an_hour(extras: Extras) -> None:
    """Whatever is charged for the rest of a period comes back for the rest of it: an hour of 720 is lost."""
    extras.begin()
    extras.add(APRIL_16)
    extras.answer(APRIL_16)
    extras.remove(APRIL_16.replace(hour=11))
    assert 9_950 - extras.kept_minor(extras.account_id) == 28
    extras.add(APRIL_16.replace(hour=11))
    assert extras.kept_minor(extras.account_id) == 0
    assert extras.paid_minor(extras.account_id) == 9_900 + 9_950


def test_what_is_sold_once_is_charged_once_and_not_had(extras: Extras) -> None:
    extras.begin()
    extras.add(APRIL_16, ONCE, 2)
    extras.answer(APRIL_16)
    assert (extras.bills(), extras.has()) == ([9_900, 2 * 29_900], [])
    extras.add(APRIL_16, ONCE)
    extras.answer(APRIL_16)
    extras.catch_up(MAY_1)
    extras.answer(MAY_1)
    assert extras.bills()[2:] == [29_900, 9_900]


def test_in_a_trial_it_costs_nothing_before_the_trial_is_over(extras: Extras) -> None:
    extras.begin(trial_days=15)
    extras.add(utc("2026-04-05 10:00"))
    assert extras.bills() == []
    extras.catch_up(APRIL_16)
    extras.answer(APRIL_16)
    assert extras.bills() == [9_900 + 19_900]
    extras.remove(APRIL_16)
    assert extras.kept_minor(extras.account_id) == 19_900


def test_one_that_is_not_paid_is_followed_up_as_a_renewal(extras: Extras) -> None:
    extras.begin()
    extras.add(APRIL_16)
    extras.answer(APRIL_16, "insufficient_funds")
    assert extras.subscription(extras.subscription_id).status is SubscriptionStatus.PAST_DUE
    assert extras.has() == [(SERVICE, 1)]
    with pytest.raises(Rejected, match="subscription_state"):
        extras.remove(APRIL_16)


def test_what_cannot_be_had_is_refused_in_the_preview_too(extras: Extras) -> None:
    extras.begin()
    extras.add(APRIL_16)
    for at, service, code in (
        (APRIL_16, SERVICE, "service_already_added"),
        (APRIL_16, "nothing", "service_not_found"),
        (MAY_1, ONCE, "outside_period"),
    ):
        with pytest.raises(Rejected, match=code):
            extras.preview(at, service)
    with pytest.raises(Rejected, match="invoice_open"):
        extras.remove(APRIL_16)
    with pytest.raises(Rejected, match="service_not_added"):
        extras.preview(APRIL_16, ONCE, away=True)
    extras.answer(APRIL_16)
    extras.change(extras.subscription_id, "growth", APRIL_16)
    with pytest.raises(Rejected, match="change_pending"):
        extras.add(APRIL_16, ONCE)
    extras.answer(APRIL_16)
    extras.pause(extras.subscription_id, APRIL_16)
    with pytest.raises(Rejected, match="subscription_state"):
        extras.add(APRIL_16, ONCE)


def test_without_a_card_nothing_is_charged(extras: Extras) -> None:
    """Who pays by transfer gets an invoice instead."""
    extras.begin(trial_days=15)
    with extras.database.transaction() as session:
        session.execute(text("UPDATE cards SET is_default = false"))
    with pytest.raises(Rejected, match="no_card"):
        extras.add(APRIL_1, ONCE)
    assert extras.bills() == []
