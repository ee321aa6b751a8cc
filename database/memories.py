"""The pipeline's memories, each of which is worked through, watched and looked at in the same way."""

from database.inbox import InboxEvent
from database.operations import Operation
from database.outbox import OutboxEntry
from database.unverified import UnverifiedEvent

Memory = InboxEvent | UnverifiedEvent | Operation | OutboxEntry
MEMORIES: tuple[type[Memory], ...] = (InboxEvent, UnverifiedEvent, Operation, OutboxEntry)
