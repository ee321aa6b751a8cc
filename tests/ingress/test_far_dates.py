"""One date that no calendar has may not keep everybody from reading a list."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from psycopg2.errors import CheckViolation
from sqlalchemy.orm import Session

from billing.catalog.seed import seed
from billing.cycle.start.create import create_subscription
from database.ids import uuid7
from schemas.commands.subscriptions import CreateSubscription, PlanChoice

Rows = Callable[..., list[tuple[Any, ...]]]
SUBSCRIPTIONS = "/v1/billing/subscriptions/"
FAR = "9999-12-31T23:59:59-12:00"  # in UTC the year 10000, which PostgreSQL has and Python has not


@pytest.fixture
def subscription_id(owner_session: Session, acme_id: UUID) -> UUID:
    """A running subscription of Acme's."""
    seed(owner_session)
    command = CreateSubscription(account_id=acme_id, plan=PlanChoice(plan="growth"), pay_by="transfer")
    subscription_id = create_subscription(owner_session, uuid7(), command, datetime(2026, 3, 1, tzinfo=UTC)).id
    owner_session.commit()
    return subscription_id


def test_a_pause_until_the_end_of_time_is_refused(
    door: httpx.Client, key: dict[str, str], rows: Rows, subscription_id: UUID
) -> None:
    path = f"{SUBSCRIPTIONS}{subscription_id}/pause/"
    for until in (FAR, "9999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "1999-12-31T23:59:59Z", 4_102_444_800):
        answer = door.post(path, json={"resumes_at": until}, headers=key)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "resumes_at"), until
    assert rows("SELECT count(*) FROM operations") == [(0,)]
    assert door.get(SUBSCRIPTIONS, headers=key).status_code == 200


def test_by_another_door_it_does_not_come_in_either(rows: Rows, subscription_id: UUID) -> None:
    with pytest.raises(CheckViolation):
        rows("UPDATE subscriptions SET resumes_at = %s WHERE id = %s", FAR, str(subscription_id))
