"""What is queued, done and parked, as operators see it: nobody's name or address, and no secret."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from schemas.views.base import View
from schemas.views.operations import OperationView

WorkStatus = Literal["waiting", "parked", "done", "discarded"]


class DecidedView(View):
    """What became of work that waited for a person, in the words of whoever decided that it is never run."""

    discarded_by: str
    discarded_because: str


class GivenCommandView(OperationView):
    """Somebody's command. `caller` is whose it is, as the audit names them; `error` the last line of what went wrong.

    Of one alone `body` is what was said, and `error` is whole.
    """

    caller: str
    account_id: UUID | None
    error: str
    next_attempt_at: datetime | None
    discarded: DecidedView | None
    body: dict[str, Any] | None = None


class WorkView(View):
    """Base of what is worked off. What is `waiting` is due at `next_attempt_at`; what is `parked` waits for a person.

    `error` is the last line of what went wrong; of one alone it is whole.
    """

    id: UUID
    status: WorkStatus
    account_id: UUID | None
    attempts: int
    error: str
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    discarded: DecidedView | None


class InboxEventView(WorkView):
    """What a gateway has told, by its own `event_id`; of one alone with the `body` that it sent."""

    gateway: str
    event_id: str
    event_type: str
    body: Any = None


class FollowUpView(WorkView):
    """What must follow a change of the books, as a mail: `topic` says what, `subject_id` about which row."""

    topic: str
    subject_id: UUID
    cause: str


class WorkDecisionView(View):
    """What was decided about."""

    id: UUID
    decision: Literal["replayed", "discarded"]
