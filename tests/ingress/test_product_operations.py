"""What a product handed over itself is shown to the keys that bear its name, and to no other."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from cashbeat_client import Command
from sqlalchemy.orm import Session

from database.operations import Operation

BALANCE = Command("consume_credits", {"amount": 5}, product="shop", idempotency_key="job-1")


@pytest.fixture
def handed_over(owner_session: Session) -> UUID:
    """A command of the product `shop`."""
    row = {"id": BALANCE.id, "kind": BALANCE.kind, "caller": BALANCE.caller, "body": BALANCE.body}
    owner_session.add(Operation(**row, body_sha256=BALANCE.body_sha256))
    owner_session.commit()
    return BALANCE.id


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("shop", 200),
        ("a test", 404),
        ("shop2", 404),
        ("sho", 404),
        ("Shop", 404),
        ("", 404),
        ("app/shop", 404),
        ("%", 404),
    ],
)
def test_it_is_shown_to_the_keys_of_its_name(
    door: httpx.Client, new_key: Any, handed_over: UUID, name: str, status: int
) -> None:
    asked = door.get(f"/v1/operations/{handed_over}/", headers=new_key("operations:read", name=name))
    assert asked.status_code == status


def test_its_name_opens_nothing_without_the_scope(door: httpx.Client, new_key: Any, handed_over: UUID) -> None:
    asked = door.get(f"/v1/operations/{handed_over}/", headers=new_key("billing:read", name="shop"))
    assert asked.status_code == 403
