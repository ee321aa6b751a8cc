"""Usage: cards, charts with a table of the same numbers behind each, and the numbers as files."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from schemas.permissions import Role
from tests.billing.meters import Meter, use
from tests.portal.running_portal import Browser
from workers.wiring import Work

USAGE = "/account/usage"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


@pytest.fixture
def metered(hands_of_portal: Work, new_customer: NewCustomer) -> Meter:
    """A customer with a thousand credits, and two operations that cost some."""
    now = datetime.now(UTC)
    meter = Meter(hands_of_portal.database, new_customer(), now)
    meter.prepaid.grant(1_000, now)
    for operation, credits in (("scan", 3), ("word", 1)):
        if not meter.rows(f"SELECT 1 FROM credit_costs WHERE operation = '{operation}'"):  # noqa: S608
            meter.price(operation, credits)
    return meter


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_what_was_used_is_a_card_a_chart_and_a_table(signed_in: NewBrowser, metered: Meter) -> None:
    metered.record(use("a", quantity=100), use("b", "word", 100))
    page = signed_in(metered.account_id).open(USAGE)
    assert page.status_code == 200
    for told in ("This month", "A day, on average", "if it goes on like this", "Credits run out", "600 left"):
        assert told in page.text, told
    assert page.text.count('role="img"') == page.text.count("<figure") == page.text.count("<desc") == 3
    assert page.text.count("<details>") == 3
    assert "400 credits in 2 uses" in page.text
    assert "75%" in page.text
    assert "25%" in page.text
    assert 'stroke-dasharray="750000 250000" stroke-dashoffset="0"' in page.text
    assert 'stroke-dasharray="250000 750000" stroke-dashoffset="-750000"' in page.text
    assert re.search(r'<path class="stroke" d="M0,100 .*L100,0"', page.text), "up to 400 on the last day of all"
    widths = re.findall(r'class="bar" x="0" y="\d+" width="([\d.]+)%"', page.text)
    assert widths == ["75.0", "25.0"]
    assert len(page.content) < 60_000
    assert "style=" not in page.text


def test_the_same_numbers_are_files(signed_in: NewBrowser, metered: Meter) -> None:
    metered.record(use("a", quantity=10), use("b", "word", 5))
    ada = signed_in(metered.account_id)
    links = re.findall(r'href="(/account/usage/\w+\.csv\?[^"]+)"', ada.open(USAGE).text)
    assert links[1] == links[2], "shares and the greatest are of the same numbers"
    days, operations = (ada.open(link.replace("&amp;", "&")) for link in links[:2])
    assert days.headers["content-type"].startswith("text/csv")
    assert days.headers["content-disposition"].startswith('attachment; filename="usage-days-')
    header, *rows = _rows(days.text)
    assert (header, len(rows)) == (["date", "events", "credits", "scan", "word"], 30)
    assert rows[-1] == [f"{datetime.now(UTC).date()}", "2", "35", "30", "5"]
    assert _rows(operations.text)[1:] == [
        ["scan", "scan", "1", "10", "30", "857143"], ["word", "word", "1", "5", "5", "142857"],
    ]  # fmt: skip


def test_a_range_is_asked_for_by_the_address(signed_in: NewBrowser, metered: Meter) -> None:
    today = datetime.now(UTC)
    metered.record(use("old", "word", 7, at=today - timedelta(days=20)), use("new"))
    ada, since, until = signed_in(metered.account_id), today - timedelta(days=22), today - timedelta(days=15)
    page = ada.open(f"{USAGE}?since={since:%Y-%m-%d}&until={until:%Y-%m-%d}")
    assert "7 credits in one use" in page.text
    assert f'value="{since:%Y-%m-%d}"' in page.text
    assert page.text.count('<th scope="row">') == 7 + 1 + 1
    empty = ada.open(f"{USAGE}?since=2020-01-01&until=2020-02-01")
    assert "Nothing was used in these days" in empty.text
    assert "<svg" not in empty.text


@pytest.mark.parametrize(
    "wrong",
    ["since=2026-01-01", "since=x&until=y", "since=2026-02-01&until=2026-01-01", "since=2020-01-01&until=2026-01-01"],
)
def test_days_that_cannot_be_are_told_beside_their_field(
    signed_in: NewBrowser, new_customer: NewCustomer, wrong: str
) -> None:
    ada = signed_in(new_customer())
    refused = ada.open(f"{USAGE}?{wrong}")
    assert (refused.status_code, "Please mend this" in refused.text) == (422, True)
    assert 'href="#' in refused.text
    assert "<svg" not in refused.text
    assert ada.open(f"{USAGE}/days.csv?{wrong}").status_code == 422


def test_who_has_used_nothing_is_told_what_would_be_there(signed_in: NewBrowser, new_customer: NewCustomer) -> None:
    page = signed_in(new_customer(), role=Role.VIEWER).open(USAGE)
    assert page.status_code == 200
    assert "Nothing was used in these days" in page.text
    assert "none are left" in page.text


def test_anothers_usage_is_not_to_be_seen(
    signed_in: NewBrowser, metered: Meter, new_customer: NewCustomer, browser: NewBrowser
) -> None:
    metered.record(use("a", quantity=77))
    stranger = signed_in(new_customer())
    for path in (USAGE, f"{USAGE}/days.csv", f"{USAGE}/operations.csv"):
        assert "scan" not in stranger.open(f"{path}?account_id={metered.account_id}").text
        assert browser().open(path).status_code == 401
