"""Providers through the API: how they fare, and never what they are called with."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from billing.errors import NotConnected
from billing.payments.rate_tables import CallRate
from credentials.tables import IntegrationProvider, ProviderType
from database.event_pulls import EventPull
from database.inbox import InboxEvent, remember
from schemas.permissions import StaffRole

PROVIDERS, SEALED = "/v1/admin/providers/", "k1." + "A" * 60
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def providers_known(owner_session: Session) -> None:
    """One that has a key and was called, one that was never connected, and work that waits for the second."""
    owner_session.add_all(
        [
            IntegrationProvider(id="one", display_name="One", type=ProviderType.PAYMENT, api_key=SEALED),
            IntegrationProvider(id="two", display_name="Two", type=ProviderType.PAYMENT, sandbox=True),
            IntegrationProvider(id="zed", display_name="Zed", type=ProviderType.EMAIL, active=False),
            CallRate(gateway="one", free_at=NOON),
            EventPull(gateway="one", pulled_until=NOON),
        ]
    )
    remember(owner_session, "two", [("evt_1", "x", "{}"), ("evt_2", "x", "{}"), ("evt_3", "x", "{}")])
    owner_session.execute(
        update(InboxEvent)
        .where(InboxEvent.event_id != "evt_3")
        .values(error=NotConnected.waits_for("two") + "jo@example.com", next_attempt_at=func.now() + timedelta(days=1))
    )
    owner_session.commit()


@pytest.mark.usefixtures("providers_known")
def test_it_is_told_how_each_fares_and_nothing_secret(door: httpx.Client, new_member: Any) -> None:
    answer = door.get(PROVIDERS, headers=new_member(StaffRole.OPERATOR))
    assert answer.status_code == 200, answer.text
    assert SEALED not in answer.text
    one, two, zed, *unkept = answer.json()["data"]
    assert {each["id"]: (each["type"], each["is_kept"], each["has_key"], each["created_at"]) for each in unkept} == {
        "stripe": ("payment", False, False, None),
        "paypal": ("payment", False, False, None),
        "resend": ("email", False, False, None),
    }
    assert (one["has_key"], one["health"], one["waiting"], one["because"]) == (True, "well", 0, "")
    assert datetime.fromisoformat(one["last_called_at"]) == NOON
    assert datetime.fromisoformat(one["events_pulled_until"]) == NOON
    assert (two["has_key"], two["is_sandbox"], two["health"], two["waiting"]) == (False, True, "waiting", 2)
    assert two["because"] == "two is not called: j***@example.com"
    assert (zed["type"], zed["is_active"], zed["health"], zed["last_called_at"]) == ("email", False, "disabled", None)


def test_operators_alone_see_and_switch_them(door: httpx.Client, new_member: Any) -> None:
    for role, status in ((StaffRole.OPERATOR, 202), (StaffRole.FINANCE, 403), (StaffRole.SUPPORT, 403)):
        headers = new_member(role)
        assert door.post(f"{PROVIDERS}stripe/disable/", json={}, headers=headers).status_code == status, role
        assert door.get(PROVIDERS, headers=headers).status_code == (200 if status == 202 else 403), role
    operator = new_member(StaffRole.OPERATOR)
    assert door.post(f"{PROVIDERS}STRIPE/disable/", json={}, headers=operator).status_code == 422
    assert door.post(f"{PROVIDERS}stripe/disable/", json={"provider": "paypal"}, headers=operator).status_code == 422
