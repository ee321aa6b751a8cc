"""Finance publishes plans, issues coupons and sets taxes by commands: what was sold before stays as it was."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from billing.catalog.plans import find_terms, list_plans
from billing.catalog.redeem import redeem_coupon
from billing.catalog.tables import Interval, Plan
from billing.errors import Rejected
from billing.subscriptions.queries import get_subscription
from billing.tax.queries import decide_tax
from database.audit.queries import Wanted, list_entries
from database.engine import Database
from database.migrate import upgrade
from tests.billing.deciders import Deciders
from tests.billing.payers import Payer
from tests.logins import urls_of
from workers.wiring import Work

MONTHLY = {"currency": "USD", "interval": "month", "price_minor": 10_900}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def sellers(hands: Work, database: Database, books_of_owner: Database, database_url: str) -> Deciders:
    """Mo and Jo, who keep the price list; workers have no more rights to it than anywhere else."""
    upgrade(urls_of(database_url))
    return Deciders(hands, books_of_owner)


def _said(sellers: Deciders, kind: str, **body: Any) -> dict[str, Any]:
    row = sellers.row(sellers.say("mo", kind, **body))
    assert row.result is not None, row.problem
    return row.result


def _publish(sellers: Deciders, **more: Any) -> dict[str, Any]:
    return _said(sellers, "publish_plan", **{"plan": "starter", "name": "Starter", "prices": [MONTHLY], **more})


def _price(sellers: Deciders) -> int:
    with sellers.work.database.transaction() as session:
        return find_terms(session, "starter", Interval.MONTH, "USD").price.minor


def test_a_new_version_is_sold_from_now_on_and_the_old_one_stays_as_it_was(sellers: Deciders) -> None:
    assert _price(sellers) == 9_900
    plan = _publish(sellers, credits_per_month=600, sites_max=2)
    assert [version["version"] for version in plan["versions"]] == [2, 1]
    assert (plan["versions"][0]["credits_per_month"], plan["versions"][1]["credits_per_month"]) == (600, 500)
    assert plan["versions"][0]["prices"] == [MONTHLY]
    assert _price(sellers) == 10_900
    with sellers.work.database.transaction() as session:
        (whole,), _ = list_entries(session, Wanted(action="publish_plan"), None, 10)
    assert whole.after == {f"plans/{plan['id']}": {"version": 2}}


def test_running_subscriptions_go_to_it_when_somebody_says_so(sellers: Deciders, april: UUID) -> None:
    plan = _publish(sellers)
    assert _said(sellers, "migrate_plan", plan_id=plan["id"], dry_run=True)["subscriptions"] == 1
    with sellers.work.database.transaction() as session:
        assert get_subscription(session, april).next_price_id is None
    assert _said(sellers, "migrate_plan", plan_id=plan["id"])["subscriptions"] == 1
    with sellers.work.database.transaction() as session:
        assert get_subscription(session, april).next_price_id is not None
    assert _said(sellers, "migrate_plan", plan_id=plan["id"])["subscriptions"] == 0


def test_an_archived_plan_is_sold_to_nobody_until_it_is_restored(sellers: Deciders, april: UUID) -> None:
    with sellers.work.database.transaction() as session:
        plan_id = str(session.scalars(select(Plan.id).where(Plan.slug == "starter")).one())
    assert _said(sellers, "archive_plan", plan_id=plan_id)["is_offered"] is False
    with sellers.work.database.transaction() as session:
        assert "starter" not in [plan.slug for plan in list_plans(session)]
        assert get_subscription(session, april).ended_at is None
        with pytest.raises(Rejected, match="plan_not_found"):
            find_terms(session, "starter", Interval.MONTH, "USD")
    assert _said(sellers, "restore_plan", plan_id=plan_id)["is_offered"] is True
    assert _price(sellers) == 9_900


def test_a_price_that_no_card_could_be_charged_is_refused(sellers: Deciders) -> None:
    dinars = {"currency": "KWD", "interval": "month", "price_minor": 1_234}
    for prices, word in (([dinars], "amount_too_fine"), ([MONTHLY, MONTHLY], "command_invalid")):
        said = sellers.say("mo", "publish_plan", plan="starter", name="Starter", prices=prices)
        assert sellers.outcome(said) == word
    assert _price(sellers) == 9_900


def test_what_was_sold_once_cannot_be_edited_by_a_worker(sellers: Deciders) -> None:
    for statement in (
        "UPDATE plan_prices SET price_minor = 1",
        "UPDATE plan_versions SET credits = 1",
        "UPDATE plans SET slug = 'another'",
        "UPDATE coupons SET percent_ppm = 1",
        "DELETE FROM plans",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            _execute(sellers, statement)


def _execute(sellers: Deciders, statement: str) -> None:
    with sellers.work.database.transaction() as session:
        session.execute(text(statement))


def test_a_coupon_is_issued_once_and_redeemed_until_it_is_archived(sellers: Deciders) -> None:
    coupon = _said(sellers, "issue_coupon", code="SPRING", percent_ppm=200_000, redemptions_max=2)
    assert (coupon["percent_ppm"], coupon["redemptions"], coupon["is_offered"]) == (200_000, 0, True)
    again = sellers.say("mo", "issue_coupon", code="SPRING", amount_minor=500, currency="USD")
    assert sellers.outcome(again) == "coupon_exists"
    with sellers.work.database.transaction() as session:
        redeem_coupon(session, "SPRING", "USD", NOW)
    archived = _said(sellers, "archive_coupon", coupon_id=coupon["id"])
    assert (archived["redemptions"], archived["is_offered"]) == (1, False)
    with sellers.work.database.transaction() as session, pytest.raises(Rejected, match="coupon_not_found"):
        redeem_coupon(session, "SPRING", "USD", NOW)
    _said(sellers, "restore_coupon", coupon_id=coupon["id"])
    with sellers.work.database.transaction() as session:
        redeem_coupon(session, "SPRING", "USD", NOW)


def test_a_rate_counts_from_its_day_on_and_contradicts_no_invoice(
    sellers: Deciders, remitter: Payer, account_id: UUID
) -> None:
    today = sellers.work.wall().at.date()
    tomorrow, later = today + timedelta(days=1), today + timedelta(days=31)
    first = _said(sellers, "set_tax_rate", country="GB", name="VAT", rate_ppm=200_000, valid_from=str(tomorrow))
    assert (first["rate_ppm"], first["valid_from"], first["valid_until"]) == (200_000, str(tomorrow), None)
    _said(sellers, "set_tax_rate", country="GB", name="VAT", rate_ppm=210_000, valid_from=str(later))
    with sellers.work.database.transaction() as session:
        rates = [decide_tax(session, "GB", day).rate_ppm for day in (today, tomorrow, later)]
    assert rates == [0, 200_000, 210_000]
    remitter.order(sellers.work.wall().at)
    late = sellers.say("mo", "set_tax_rate", country="GB", name="VAT", rate_ppm=1, valid_from=str(today))
    assert sellers.outcome(late) == "tax_contradicts_invoices"


def test_what_is_not_there_is_not_switched(sellers: Deciders) -> None:
    for kind, field, word in (
        ("archive_plan", "plan_id", "plan_not_found"),
        ("migrate_plan", "plan_id", "plan_not_found"),
        ("restore_coupon", "coupon_id", "coupon_not_found"),
    ):
        assert sellers.outcome(sellers.say("mo", kind, **{field: str(uuid4())})) == word
