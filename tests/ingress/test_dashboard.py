"""At the door: the company's figures of a time, for whoever may see them."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from schemas.permissions import StaffRole

STATS = "/v1/admin/dashboard/stats/"
NewMember = Callable[..., dict[str, str]]


def test_without_a_word_it_is_this_month_up_to_today(door: httpx.Client, new_member: NewMember, acme_id: UUID) -> None:
    now = datetime.now(UTC)
    shown = door.get(STATS, headers=new_member(StaffRole.FINANCE)).json()
    assert (shown["since"], shown["by"]) == (f"{now:%Y-%m}-01T00:00:00Z", "day")
    assert len(shown["series"]) == now.day
    assert shown["accounts"] == {"active": 1, "suspended": 0, "closed": 0, "new": 1}
    assert shown["series"][-1]["new_accounts"] == 1
    assert shown["series"][-1]["starts_at"] == f"{now:%Y-%m-%d}T00:00:00Z"


def test_by_the_month_it_is_a_year(door: httpx.Client, key: dict[str, str]) -> None:
    shown = door.get(STATS, params={"by": "month"}, headers=key).json()
    assert len(shown["series"]) == 12
    assert shown["series"][-1]["starts_at"] == f"{datetime.now(UTC):%Y-%m}-01T00:00:00Z"
    chosen = door.get(STATS, params={"since": "2026-01-01", "until": "2026-04-01", "by": "month"}, headers=key).json()
    assert [part["starts_at"][:7] for part in chosen["series"]] == ["2026-01", "2026-02", "2026-03"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"since": "2026-01-01"}, {"until": "2026-01-01"}, {"since": "2026-01-02", "until": "2026-01-02"},
        {"since": "2026-01-02", "until": "2026-01-01"}, {"since": "2024-01-01", "until": "2026-01-01"},
        {"since": "2026-01-02", "until": "2026-03-01", "by": "month"}, {"by": "week"},
        {"since": "2010-01-01", "until": "2026-01-01", "by": "month"}, {"since": "2026-02-30", "until": "2026-03-01"},
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(door: httpx.Client, key: dict[str, str], wanted: dict[str, str]) -> None:
    assert door.get(STATS, params=wanted, headers=key).status_code == 422


def test_support_does_not_see_them(door: httpx.Client, new_member: NewMember) -> None:
    assert door.get(STATS, headers=new_member(StaffRole.SUPPORT)).status_code == 403
