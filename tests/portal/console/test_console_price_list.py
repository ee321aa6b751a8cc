"""The price list in the console: plans, coupons, rates of tax and credit costs, set by forms as through the API."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from schemas.permissions import StaffRole
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of, outcome
from workers.wiring import Work

PLANS, COUPONS, TAXES, COSTS = "/admin/plans", "/admin/coupons", "/admin/tax-rates", "/admin/credit-costs"
CONTENT = {"prices": "USD month 149.00\nUSD year 1490\n\nJPY month 20000", "credits_per_month": "800",
           "credits_roll_over": "yes", "sites_max": "3", "users_max": "", "trial_days": ""}  # fmt: skip


def _id_of(books: Session, table: str, column: str, value: str) -> UUID:
    wanted = text(f"SELECT id FROM {table} WHERE {column} = :it")  # noqa: S608 - words of this file
    found: UUID = books.execute(wanted, {"it": value}).scalar_one()
    return found


def test_a_plan_is_published_followed_by_a_version_and_sold_no_more(
    at_work: AtWork, hire: Hire, hands_of_portal: Work, books_of_portal: Session
) -> None:
    robin, slug = at_work(hire(StaffRole.FINANCE)), f"studio-{uuid4().hex[:8]}"
    made = do(robin, f"{PLANS}/new", hands_of_portal, plan=slug, name="Studio <b>", **CONTENT)
    told = outcome(robin, made)
    assert ("This is done" in told, f'href="{PLANS}"' in told) == (True, True)
    one = f"{PLANS}/{_id_of(books_of_portal, 'plans', 'slug', slug)}"
    assert f'href="{one}"' in robin.open(PLANS).text
    page = robin.open(one).text
    for shown in ("Studio &lt;b&gt;", "$149.00", "$1,490.00", "¥20,000", "800", "stay", "no limit", "on offer"):
        assert shown in page, shown
    assert "Migrate subscriptions" not in page, "there is nothing to go to"

    form = robin.open(f"{one}/version")
    for begins_with in ("USD month 149.00\nUSD year 1490.00", 'name="credits_per_month" type="text" inputmode="num'):
        assert begins_with in form.text, begins_with
    assert '<option value="yes" selected>' in form.text
    next_one = {**CONTENT, "prices": "USD month 159.00", "credits_roll_over": "no"}
    assert "This is done" in outcome(robin, do(robin, f"{one}/version", hands_of_portal, **next_one))
    page = robin.open(one).text
    for shown in ("$149.00", "$159.00", "Migrate subscriptions", "expire"):
        assert shown in page, shown
    counted = outcome(robin, do(robin, f"{one}/migrate", hands_of_portal, dry_run="yes"))
    assert ("What came of it" in counted, "subscriptions" in counted) == (True, True)

    assert "This is done" in outcome(robin, do(robin, f"{one}/archive", hands_of_portal))
    assert ("archived" in robin.open(one).text, "sold no more already" in robin.open(f"{one}/archive").text) == (
        True, True,
    )  # fmt: skip
    assert "This is done" in outcome(robin, do(robin, f"{one}/restore", hands_of_portal))
    assert robin.open(f"/admin/search?q={one.rpartition('/')[2]}").headers["location"] == one


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("prices", "USD week 1", "this is none: USD week 1"),
        ("prices", "dollars month 1", "this is none: dollars month 1"),
        ("prices", "JPY month 1.50", "has at most 0 decimals in JPY"),
        ("prices", "USD month 1\nUSD month 2", "must have one price per currency and interval"),
        ("prices", " ", "href=\"#prices\""),
        ("plan", "Studio", 'href="#plan"'),
        ("credits_roll_over", "maybe", "must be yes or no"),
        ("sites_max", "many", "must be a whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_plan_is_told_and_nothing_typed_is_lost(
    at_work: AtWork, hire: Hire, hands_of_portal: Work, field: str, typed: str, told: str
) -> None:
    robin, form = at_work(hire(StaffRole.ADMIN)), f"{PLANS}/new"
    said = {**fields_of(robin.open(form)), "plan": "studio", "name": "Studio 7", **CONTENT, field: typed}
    refused = robin.send(form, said)
    assert (refused.status_code, told in refused.text) == (422, True), refused.text
    assert ('value="Studio 7"' in refused.text, "USD year 1490" in refused.text) == (True, field != "prices")
    assert fields_of(refused)["operation_key"] == said["operation_key"]


def test_a_coupon_is_issued_found_and_archived(
    at_work: AtWork, hire: Hire, hands_of_portal: Work, books_of_portal: Session
) -> None:
    robin, code, other = at_work(hire(StaffRole.FINANCE)), f"S{uuid4().hex[:8]}", f"A{uuid4().hex[:8]}"
    form = f"{COUPONS}/new"
    said = {"code": code, "percent_ppm": "12.5", "periods": "3", "redemptions_max": "100", "expires_at": "2099-01-31"}
    assert "This is done" in outcome(robin, do(robin, form, hands_of_portal, **said))
    amount = {"code": other, "amount_minor": "9.50", "currency": "USD"}
    assert "This is done" in outcome(robin, do(robin, form, hands_of_portal, **amount))
    one = f"{COUPONS}/{_id_of(books_of_portal, 'coupons', 'code', code)}"
    listed = robin.open(f"{COUPONS}?code={code}").text
    assert (f'href="{one}"' in listed, "12.5 %" in listed, other in listed) == (True, True, False)
    assert "$9.50" in robin.open(f"{COUPONS}?code={other}").text
    page = robin.open(one).text
    for shown in ("12.5 %", "3 billing periods", "100", "2099"):
        assert shown in page, shown
    assert "This is done" in outcome(robin, do(robin, f"{one}/archive", hands_of_portal))
    assert "archived" in robin.open(one).text
    assert "This is done" in outcome(robin, do(robin, f"{one}/restore", hands_of_portal))
    for wrong, told in (
        ({"code": "BOTH", "percent_ppm": "5", "amount_minor": "5", "currency": "USD"}, "must have one of"),
        ({"code": "YEN", "amount_minor": "1.5", "currency": "JPY"}, "has at most 0 decimals in JPY"),
        ({"code": "HALF", "percent_ppm": "0.00001"}, "must be a share in per cent"),
        ({"code": "no code", "percent_ppm": "5"}, 'href="#code"'),
    ):
        refused = robin.send(form, {**fields_of(robin.open(form)), **wrong})
        assert (refused.status_code, told in refused.text) == (422, True), wrong


def test_a_rate_counts_from_a_day_on_and_one_that_contradicts_papers_is_refused(
    at_work: AtWork, hire: Hire, hands_of_portal: Work
) -> None:
    robin = at_work(hire(StaffRole.FINANCE))
    said = {"country": "CH", "name": "VAT", "rate_ppm": "8.1", "valid_from": "2099-01-01"}
    assert "This is done" in outcome(robin, do(robin, f"{TAXES}/new", hands_of_portal, **said))
    assert "This is done" in outcome(
        robin, do(robin, f"{TAXES}/new", hands_of_portal, **{**said, "rate_ppm": "0", "valid_from": "2099-07-01"})
    )
    page = robin.open(f"{TAXES}?country=CH").text
    for shown in ("8.1 %", "0 %", "further notice", "Jul 1, 2099"):
        assert shown in page, shown
    assert "8.1 %" not in robin.open(f"{TAXES}?country=DE").text
    assert robin.open(f"{TAXES}?country=Nowhere").status_code == 422
    for wrong in ({"rate_ppm": "eight"}, {"rate_ppm": "101"}, {"valid_from": "soon"}, {"country": "Swiss"}):
        refused = robin.send(f"{TAXES}/new", {**fields_of(robin.open(f"{TAXES}/new")), **said, **wrong})
        assert refused.status_code == 422, wrong


def test_an_operation_is_priced_and_priced_anew(at_work: AtWork, hire: Hire, hands_of_portal: Work) -> None:
    robin, operation = at_work(hire(StaffRole.FINANCE)), f"translate.{uuid4().hex[:8]}"
    said = {"operation": operation, "name": "Translation", "unit": "page", "credits": "2", "rounding": "up"}
    assert "This is done" in outcome(robin, do(robin, f"{COSTS}/new", hands_of_portal, **said))
    page = robin.open(COSTS).text
    assert operation in page
    own = page.partition(f"<code>{operation}</code>")[2].partition("</tr>")[0]
    form = own.partition('href="')[2].partition('"')[0]
    shown = robin.open(form)
    assert ('value="Translation"' in shown.text, fields_of(shown)["operation"]) == (True, operation)
    later = {**said, "credits": "3", "per_quantity": "10", "valid_from": "2099-01-01"}
    assert "This is done" in outcome(robin, do(robin, form, hands_of_portal, **later))
    assert robin.open(COSTS).text.count(f"<code>{operation}</code>") == 2
    assert "begin in the past" in outcome(
        robin, do(robin, form, hands_of_portal, **{**later, "valid_from": "2020-01-01"})
    )


def test_support_sees_the_price_list_and_sets_nothing(at_work: AtWork, hire: Hire, hands_of_portal: Work) -> None:
    robin = at_work(hire(StaffRole.SUPPORT))
    for path in (PLANS, COUPONS, TAXES, COSTS):
        page = robin.open(path)
        assert (page.status_code, f'href="{path}/new"' in page.text) == (200, False), path
        assert robin.open(f"{path}/new").status_code == 403, path
