"""What a customer of the toy does, through the real doors."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from database.inbox import InboxEvent
from database.operations import Operation
from tasks import commands, webhooks
from tests.toy_vendor.door import SECRET
from workers.wiring import Work

PAGES = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}


def give(door: httpx.Client, work: Work, path: str, **body: Any) -> Operation:
    """A command through the door, run as its worker runs it."""
    accepted = door.post(path, json=body)
    assert accepted.status_code == 202, accepted.text
    return run(work, accepted.json()["id"])


def run(work: Work, operation_id: str) -> Operation:
    commands.run(id=operation_id)
    with work.database.transaction() as session:
        return session.get_one(Operation, UUID(operation_id))


def hear(door: httpx.Client, work: Work, body: bytes) -> None:
    """A webhook through the vendor's own door, handled as its worker handles it."""
    answer = door.post("/v1/billing/webhooks/toy/", content=body, headers={"toy-secret": SECRET.decode()})
    assert answer.status_code == 200
    with work.database.transaction() as session:
        ids = [str(row_id) for row_id in session.scalars(select(InboxEvent.id))]
    webhooks.handle(ids=ids)


def buy(door: httpx.Client, work: Work, account_id: UUID) -> str:
    bought = give(
        door, work, "/v1/billing/toy/create-order/", account_id=str(account_id), package="value", **PAGES,
    )  # fmt: skip
    assert bought.result is not None, bought.problem
    return str(bought.result["checkout_ref"])
