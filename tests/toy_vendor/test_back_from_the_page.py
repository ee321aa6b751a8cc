"""Whoever is back from a page is served by the worker that has their command, and by no other at the same time."""

from uuid import UUID

from sqlalchemy import select

from database.outbox import OutboxEntry
from tests.toy_vendor.deals import Deal
from workers.claims import free_among


def test_while_they_are_served_no_other_worker_captures_the_same(bought: Deal) -> None:
    def look() -> bool:
        with bought.work.database.transaction() as session:
            staged = list(session.scalars(select(OutboxEntry.id).where(OutboxEntry.topic == "capture")))
        free.append((len(staged), free_among(bought.work.database, OutboxEntry, staged)))
        return False

    free: list[tuple[int, list[UUID]]] = []
    bought.office.after_capture = look
    assert bought.come_back()["status"] == "captured"
    assert free == [(1, [])]
