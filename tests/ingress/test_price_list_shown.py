"""The price list as the company's own people see and set it, through the API."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.catalog.issue_coupon import CouponTerms, issue_coupon
from billing.catalog.seed import seed
from billing.tax.set_rate import NewRate, set_rate
from schemas.permissions import StaffRole

PLANS, COUPONS, TAXES = "/v1/admin/plans/", "/v1/admin/coupons/", "/v1/admin/tax-rates/"
PRICE = {"currency": "USD", "interval": "month", "price_minor": 100}
PLAN = {"plan": "studio", "name": "Studio", "prices": [PRICE]}
COUPON = {"code": "SPRING", "percent_ppm": 200_000}
TAX = {"country": "CH", "name": "VAT", "rate_ppm": 81_000, "valid_from": "2027-01-01"}


@pytest.fixture
def listed(owner_session: Session) -> None:
    """A price list with a coupon and two rates of tax."""
    seed(owner_session)
    issue_coupon(owner_session, "SPRING", CouponTerms(percent_ppm=200_000))
    for country in ("CH", "DE"):
        set_rate(owner_session, NewRate(country, "VAT", 81_000, date(2027, 1, 1)), None)
    owner_session.commit()


@pytest.mark.usefixtures("listed")
def test_plans_coupons_and_rates_are_listed_and_shown(door: httpx.Client, new_key: Any) -> None:
    reader = new_key("admin:read")
    plans = door.get(PLANS, headers=reader).json()["data"]
    assert [plan["slug"] for plan in plans] == ["starter", "growth", "scale"]
    assert door.get(f"{PLANS}{plans[0]['id']}/", headers=reader).json() == plans[0]
    (coupon,) = door.get(COUPONS, params={"code": "SPRING"}, headers=reader).json()["data"]
    assert door.get(f"{COUPONS}{coupon['id']}/", headers=reader).json() == coupon
    assert door.get(COUPONS, params={"code": "NONE"}, headers=reader).json()["data"] == []
    (rate,) = door.get(TAXES, params={"country": "CH"}, headers=reader).json()["data"]
    assert (rate["rate_ppm"], rate["valid_from"], rate["valid_until"]) == (81_000, "2027-01-01", None)
    assert len(door.get(TAXES, headers=reader).json()["data"]) == 2
    for root in (PLANS, COUPONS):
        assert door.get(f"{root}{uuid4()}/", headers=reader).status_code == 404


def test_finance_sets_it_and_support_reads_it(door: httpx.Client, new_member: Any) -> None:
    finance, support = new_member(StaffRole.FINANCE), new_member(StaffRole.SUPPORT)
    for path, body in ((PLANS, PLAN), (COUPONS, COUPON), (TAXES, TAX)):
        assert door.post(path, json=body, headers=finance).status_code == 202, path
        assert door.post(path, json=body, headers=support).status_code == 403, path
        assert door.get(path, headers=support).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (PLANS, {**PLAN, "prices": []}),
        (PLANS, {**PLAN, "prices": [PRICE, PRICE]}),
        (PLANS, {**PLAN, "prices": [{**PRICE, "price_minor": -1}]}),
        (PLANS, {**PLAN, "prices": [{**PRICE, "interval": "once"}]}),
        (PLANS, {**PLAN, "plan": "Two words"}),
        (COUPONS, {"code": "SPRING"}),
        (COUPONS, {**COUPON, "amount_minor": 5, "currency": "USD"}),
        (COUPONS, {"code": "SPRING", "amount_minor": 5}),
        (COUPONS, {**COUPON, "currency": "USD"}),
        (COUPONS, {**COUPON, "percent_ppm": 1_000_001}),
        (TAXES, {**TAX, "rate_ppm": -1}),
        (TAXES, {**TAX, "country": "XX"}),
        (TAXES, {**TAX, "valid_from": "tomorrow"}),
    ],
)
def test_what_makes_no_sense_is_refused_at_the_door(
    door: httpx.Client, key: dict[str, str], path: str, body: dict[str, Any]
) -> None:
    refused = door.post(path, json=body, headers=key)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:cashbeat:problem:invalid")
