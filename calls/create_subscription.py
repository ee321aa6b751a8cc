"""Create a subscription whose cycle we run, where pages are open on which the same plan could be started, too."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from billing.commands.time_of import time_of
from billing.commands.verbs import VERBS
from calls.close_start_pages import close_start_pages, start_pages
from database.operations import Operation
from schemas.commands.subscriptions import CreateSubscription
from workers.claims import Act
from workers.wiring import Work


def create_without_pages(work: Work, operation: Operation, command: CreateSubscription) -> Act:
    """Claim: the pages. Call: their end. Record: what became of them, and the subscription."""

    def create(session: Session, now: datetime) -> dict[str, Any]:
        return VERBS[CreateSubscription](session, operation, command, now)

    close_start_pages(work, command, start_pages(work, command, operation.id), create)
    return lambda session: create(session, time_of(session, command, work.wall()))
