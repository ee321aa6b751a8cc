"""What has happened, polled by the product: in order, from where it was left."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.events.publish import lock_untold, publish
from billing.events.types import TYPES
from database.ids import uuid7
from database.untold import tell

EVENTS = "/v1/events/"


@pytest.fixture
def told(owner_session: Session, acme_id: UUID) -> list[str]:
    """The account was opened, and some things happened; the types in their order."""
    for event in ("invoice.issued", "invoice.paid", "payment.captured", "invoice.issued"):
        tell(owner_session, event, acme_id, uuid7(), {"id": str(uuid4())})
    written = publish(owner_session, lock_untold(owner_session))
    owner_session.commit()
    return [event["type"] for event in written]


def test_a_product_that_asks_again_and_again_hears_each_once(
    door: httpx.Client, key: dict[str, str], told: list[str], owner_session: Session, acme_id: UUID
) -> None:
    heard: list[str] = []
    cursor = "0"
    for _ in range(3):
        page = door.get(EVENTS, params={"cursor": cursor, "limit": 2}, headers=key).json()
        heard += [event["type"] for event in page["data"]]
        cursor = page["next_cursor"]
    assert (heard, page["has_more"]) == (told, False)
    nothing = door.get(EVENTS, params={"cursor": cursor}, headers=key).json()
    assert nothing == {"data": [], "next_cursor": cursor, "has_more": False}
    tell(owner_session, "test.sent", acme_id, acme_id, {})
    publish(owner_session, lock_untold(owner_session))
    owner_session.commit()
    assert [event["type"] for event in _list(door, key, cursor=cursor)] == ["test.sent"]


def test_events_by_type_account_and_time(
    door: httpx.Client, key: dict[str, str], told: list[str], acme_id: UUID
) -> None:
    for wanted, expected in (
        ({}, told),
        ({"type": "*"}, told),
        ({"type": "invoice.*"}, [each for each in told if each.startswith("invoice.")]),
        ({"type": "invoice.paid, payment.captured"}, ["invoice.paid", "payment.captured"]),
        ({"type": "team.joined"}, []),
        ({"account_id": str(acme_id)}, told),
        ({"account_id": str(uuid4())}, []),
        ({"since": "2026-01-01T00:00:00Z"}, told),
        ({"since": "2199-01-01T00:00:00Z"}, []),
    ):
        assert [event["type"] for event in _list(door, key, **wanted)] == expected, wanted
    for wanted in ({"type": "invoice"}, {"type": "in%voice.*"}, {"cursor": "-1"}, {"since": "today"}, {"color": "red"}):
        assert door.get(EVENTS, params=wanted, headers=key).status_code == 422, wanted


def test_one_event_is_shown_for_ever_the_same(door: httpx.Client, key: dict[str, str], told: list[str]) -> None:
    (first, *_) = _list(door, key)
    assert (first["sequence"], first["schema_version"], set(first) >= {"data", "happened_at"}) == (1, 1, True)
    assert door.get(f"{EVENTS}{first['id']}/", headers=key).json() == first
    missing = door.get(f"{EVENTS}{uuid4()}/", headers=key)
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:cashbeat:problem:event_not_found")
    assert set(told) <= set(TYPES)


def test_whoever_may_not_hear_of_everything_hears_nothing(door: httpx.Client, new_key: Any) -> None:
    assert door.get(EVENTS, headers=new_key("billing:read")).status_code == 403
    assert door.get(EVENTS).status_code == 401


def _list(door: httpx.Client, key: dict[str, str], **wanted: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = door.get(EVENTS, params=wanted, headers=key).json()["data"]
    return found
