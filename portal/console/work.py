"""What is queued, done and parked: everybody's commands, what gateways told, what must follow; run again, or never."""

from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from sqlalchemy.orm import Session

from ingress.queries.work import (
    GivenCommandFilter,
    InboxFilter,
    OutboxFilter,
    given_command,
    given_commands,
    inbox,
    inbox_event,
    outbox,
    outbox_entry,
)
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.console.thing import Thing
from schemas.commands.base import Command
from schemas.commands.work import (
    DiscardFollowUp,
    DiscardInboxEvent,
    DiscardOperation,
    ReplayFollowUp,
    ReplayInboxEvent,
    ReplayOperation,
)
from schemas.views.operations import Status
from schemas.views.work import WorkStatus

READS, WRITES = "work:read", "work:write"
ROOT = "/admin/operations"
INBOX, OUTBOX = f"{ROOT}/inbox", f"{ROOT}/outbox"
TIMES = ("created_from", "created_until")
AGES = {"-created": "newest first", "created": "oldest first"}
OF_WORK = {"sorts": AGES, "statuses": get_args(WorkStatus)}
PARKED = "parked"

LISTS = (
    Listed(
        ROOT, "console/operations.html", READS, GivenCommandFilter, given_commands,
        ("kind", "status", "account_id", "caller", *TIMES), {"sorts": AGES, "statuses": get_args(Status)},
    ),
    Listed(
        INBOX, "console/inbox.html", READS, InboxFilter, inbox,
        ("status", "gateway", "event_type", "event_id", *TIMES), OF_WORK,
    ),
    Listed(OUTBOX, "console/outbox.html", READS, OutboxFilter, outbox, ("status", "topic", *TIMES), OF_WORK),
)  # fmt: skip


# what one of each is called by, and what else is told of it, as far as it has that
CALLED = ("kind", "event_type", "topic")
NAMED = {
    "Id": "id", "Caller": "caller", "Gateway": "gateway", "The gateway's id": "event_id", "About": "subject_id",
    "Cause": "cause",
}  # fmt: skip
CONTENTS = {"What was said": "body", "Result": "result", "Problem": "problem"}


def _beside(path: str) -> Callable[[Look, Any], Content]:
    def beside(_look: Look, found: Any) -> Content:
        return {
            "decides": WRITES,
            "here": path.format(id=found.id),
            "list": path.partition("/{")[0],
            "what": _called(found),
            "named": [(label, getattr(found, name, "")) for label, name in NAMED.items()],
            "contents": [(label, getattr(found, name, None)) for label, name in CONTENTS.items()],
        }

    return beside


def _called(found: Any) -> str:
    called: str = next(getattr(found, name) for name in CALLED if hasattr(found, name))
    return called


def _thing(path: str, read: Callable[[Session, UUID], Any]) -> Thing:
    return Thing(path, "console/work.html", READS, read, beside=_beside(path))


def _told(read: Callable[[Session, UUID], Any], path: str) -> Callable[[Look, UUID], Told]:
    def tell(look: Look, row_id: UUID) -> Told:
        found = look.at(READS, lambda session: read(session, row_id))
        facts = [
            Fact("What", _called(found), href=path.format(id=row_id)),
            Fact("Status", found.status),
            Fact("Attempts", count=found.attempts),
            Fact("What went wrong", found.error.splitlines()[-1] if found.error else ""),
        ]
        return Told(facts, why_not="" if found.status == PARKED else "It is not parked.")

    return tell


def _deeds(
    path: str, read: Callable[[Session, UUID], Any], replay: type[Command], discard: type[Command], about: str
) -> tuple[Deed, Deed]:
    told = _told(read, path)
    return (
        Deed(
            path=f"{path}/replay", command=replay, about=about, reads=READS, read=told, title="Let it run again",
            button="Let it run again", back=path,
            says=("It gets all its attempts again, and is tried at once.",),
        ),
        Deed(
            path=f"{path}/discard", command=discard, about=about, reads=READS, read=told,
            title="Decide that it never runs", button="It never runs", back=path, is_danger=True,
            says=("It is kept with your name and reason, and waits for nobody any more.",),
            fields=(Field("reason", "Why"),),
        ),
    )  # fmt: skip


ONE_OPERATION, ONE_EVENT, ONE_FOLLOW_UP = f"{ROOT}/{{id}}", f"{INBOX}/{{id}}", f"{OUTBOX}/{{id}}"
THINGS = (
    _thing(ONE_OPERATION, given_command), _thing(ONE_EVENT, inbox_event), _thing(ONE_FOLLOW_UP, outbox_entry),
)  # fmt: skip
DEEDS = (
    *_deeds(ONE_OPERATION, given_command, ReplayOperation, DiscardOperation, "operation_id"),
    *_deeds(ONE_EVENT, inbox_event, ReplayInboxEvent, DiscardInboxEvent, "inbox_id"),
    *_deeds(ONE_FOLLOW_UP, outbox_entry, ReplayFollowUp, DiscardFollowUp, "outbox_id"),
)
