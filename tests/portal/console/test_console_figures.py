"""The audit and the company's figures in the console: the same as the API tells."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingress.queries.dashboard import DashboardFilter, dashboard
from portal.formatting import count
from schemas.permissions import StaffRole
from tests.portal.console.conftest import AtWork, Hire

AUDIT, DASHBOARD = "/admin/audit", "/admin/dashboard"


def test_who_did_what_is_searched_and_shown_with_before_and_after(
    at_work: AtWork, hire: Hire, books_of_portal: Session
) -> None:
    member = hire(StaffRole.ADMIN)
    robin = at_work(member)
    entered = text("SELECT id FROM audit_entries WHERE action = 'enter_console' AND actor_id = :who")
    entry_id = books_of_portal.execute(entered, {"who": f"staff/{member.id}"}).scalar_one()
    found = robin.open(f"{AUDIT}?action=enter_console&kind=staff&who=staff/{member.id}")
    assert f"{AUDIT}/{entry_id}" in found.text
    today, later = f"{datetime.now(UTC):%Y-%m-%d}", "2199-01-01"
    assert f"{AUDIT}/{entry_id}" in robin.open(f"{AUDIT}?action=enter_console&since={today}&until={later}").text
    assert f"{AUDIT}/{entry_id}" not in robin.open(f"{AUDIT}?action=enter_console&since={later}").text
    page = robin.open(f"{AUDIT}/{entry_id}").text
    for told in (member.name, "enter console", "not yet"):
        assert told in page, told
    for wrong in ("since=soon", "account_id=x", "kind=ghost"):
        assert robin.open(f"{AUDIT}?{wrong}").status_code == 422, wrong


def test_the_figures_are_those_of_the_api(at_work: AtWork, hire: Hire, books_of_portal: Session) -> None:
    robin = at_work(hire(StaffRole.FINANCE))
    told = dashboard(books_of_portal, DashboardFilter())
    page = robin.open(DASHBOARD)
    assert f'<p class="figure">{count(told.accounts.active, "en")}</p>' in page.text
    assert page.text.count('<tr><th scope="row">') == len(told.series)
    assert page.text.count('class="chart line"') == len(told.revenue) + 1
    months = robin.open(f"{DASHBOARD}?by=month")
    assert months.text.count('<tr><th scope="row">') == 12
    for wrong in ("since=2026-01-01", "by=hour", "since=2026-02-01&until=2026-01-01"):
        refused = robin.open(f"{DASHBOARD}?{wrong}")
        assert (refused.status_code, "Please mend this" in refused.text) == (422, True), wrong
