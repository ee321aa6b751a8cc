"""What a coupon would take off, and the one answer to whoever tries codes."""

from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.redeem import redeem_coupon
from billing.catalog.seed import seed
from billing.clocks.tables import TestClock as Clock
from billing.money import Money
from database.ids import uuid7

COUPONS = "/v1/billing/coupons/"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def codes(owner_session: Session) -> None:
    """A price list, and a coupon of every kind."""
    seed(owner_session)
    issue_coupon(owner_session, "HALF", CouponTerms(percent_ppm=500_000, periods=3))
    issue_coupon(owner_session, "TENOFF", CouponTerms(amount=Money(1_000, "USD")))
    issue_coupon(owner_session, "WHOLE", CouponTerms(amount=Money(99_999_00, "USD")))
    issue_coupon(owner_session, "ENDED", CouponTerms(percent_ppm=500_000, expires_at=LONG_AGO))
    issue_coupon(owner_session, "ONCE", CouponTerms(percent_ppm=500_000, redemptions_max=1))
    redeem_coupon(owner_session, "ONCE", "USD", NOW)
    owner_session.commit()


@pytest.mark.parametrize(
    ("code", "plan", "discount", "rest"),
    [("HALF", "starter", 4_950, 4_950), ("TENOFF", "starter", 1_000, 8_900), ("WHOLE", "starter", 9_900, 0)],
)
@pytest.mark.usefixtures("codes")
def test_what_it_takes_off_a_plan(
    door: httpx.Client, key: dict[str, str], code: str, plan: str, discount: int, rest: int
) -> None:
    shown = door.get(f"{COUPONS}{code}/", params={"plan": plan}, headers=key).json()
    told = shown["plan"]
    assert (told["price_minor"], told["discount_minor"], told["discounted_minor"]) == (9_900, discount, rest)
    assert shown["code"] == code


@pytest.mark.usefixtures("codes")
def test_its_terms_without_a_plan(door: httpx.Client, key: dict[str, str]) -> None:
    shown = door.get(f"{COUPONS}HALF/", headers=key).json()
    assert (shown["percent_ppm"], shown["amount_minor"], shown["currency"]) == (500_000, 0, None)
    assert (shown["periods"], shown["plan"]) == (3, None)


@pytest.mark.usefixtures("codes")
def test_who_tries_codes_learns_nothing(door: httpx.Client, key: dict[str, str]) -> None:
    """Never issued, ended, used up, of another currency: one answer, but for the code that was asked for."""
    answers = {
        (answer.status_code, answer.json()["type"], answer.json()["detail"].replace(code, "CODE"))
        for code, currency in (("NOTHING", "USD"), ("ENDED", "USD"), ("ONCE", "USD"))
        for answer in [door.get(f"{COUPONS}{code}/", params={"currency": currency}, headers=key)]
    }
    assert answers == {(404, "urn:cashbeat:problem:coupon_not_found", "There is no coupon 'CODE' for USD.")}
    assert door.get(f"{COUPONS}TENOFF/", params={"currency": "EUR"}, headers=key).status_code == 404


@pytest.mark.usefixtures("codes")
def test_on_a_test_clock_the_time_of_that_counts(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    past = datetime(2019, 5, 1, tzinfo=UTC)
    clock = Clock(id=uuid7(), name="then", frozen_at=past, target_at=past)
    owner_session.add(clock)
    owner_session.flush()
    owner_session.get_one(Account, acme_id).clock_id = clock.id
    owner_session.commit()
    assert door.get(f"{COUPONS}ENDED/", params={"account_id": str(acme_id)}, headers=key).status_code == 200


@pytest.mark.usefixtures("codes")
def test_what_makes_no_sense(door: httpx.Client, key: dict[str, str]) -> None:
    for query, status in (("?plan=nothing", 404), ("?plan=starter&currency=usd", 422), ("?code=OTHER", 422)):
        assert door.get(f"{COUPONS}HALF/{query}", headers=key).status_code == status, query
    assert door.get(f"{COUPONS}no%20code/", headers=key).status_code == 422
