"""Commands of operators about work that waits for a person."""

from uuid import UUID

from schemas.commands.base import Command
from schemas.names import Name
from schemas.views.work import WorkDecisionView


class OfOperation(Command):
    """Base of those about one command, by its operation's id."""

    operation_id: UUID


class OfInboxEvent(Command):
    """Base of those about one event of a gateway's, by our id of it."""

    inbox_id: UUID


class OfFollowUp(Command):
    """Base of those about one thing that must follow, by the id that it has in the outbox."""

    outbox_id: UUID


class ReplayOperation(OfOperation):
    """Give a command that is parked all its attempts again; one that was put off is tried soon."""

    kind = "replay_operation"
    permission = "work:write"
    result_view = WorkDecisionView


class DiscardOperation(OfOperation):
    """Decide that a command that is parked is never run."""

    kind = "discard_operation"
    permission = "work:write"
    result_view = WorkDecisionView

    reason: Name


class ReplayInboxEvent(OfInboxEvent):
    """Give an event that is parked all its attempts again; one that was put off is tried soon."""

    kind = "replay_inbox_event"
    permission = "work:write"
    result_view = WorkDecisionView


class DiscardInboxEvent(OfInboxEvent):
    """Decide that an event that is parked is never handled."""

    kind = "discard_inbox_event"
    permission = "work:write"
    result_view = WorkDecisionView

    reason: Name


class ReplayFollowUp(OfFollowUp):
    """Give what must follow and is parked all its attempts again, as a mail; what was put off is tried soon."""

    kind = "replay_follow_up"
    permission = "work:write"
    result_view = WorkDecisionView


class DiscardFollowUp(OfFollowUp):
    """Decide that what must follow and is parked never does, as a mail that is sent no more."""

    kind = "discard_follow_up"
    permission = "work:write"
    result_view = WorkDecisionView

    reason: Name


COMMANDS: tuple[type[Command], ...] = (
    ReplayOperation, DiscardOperation, ReplayInboxEvent, DiscardInboxEvent, ReplayFollowUp, DiscardFollowUp,
)  # fmt: skip
