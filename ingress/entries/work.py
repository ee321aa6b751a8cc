"""What is queued, done and parked, and what an operator decides about it."""

from ingress.entries.entry import Asks, Entry, Says, ShowsOne
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
from schemas.commands.work import (
    DiscardFollowUp,
    DiscardInboxEvent,
    DiscardOperation,
    ReplayFollowUp,
    ReplayInboxEvent,
    ReplayOperation,
)

READS = "work:read"
OPERATIONS, INBOX, OUTBOX = "/v1/admin/operations/", "/v1/admin/inbox/", "/v1/admin/outbox/"
ONE = "{id:uuid}/"

ENTRIES = (
    Entry("GET", OPERATIONS, Asks(READS, GivenCommandFilter, given_commands)),
    Entry("GET", f"{OPERATIONS}{ONE}", ShowsOne(READS, given_command)),
    Entry("POST", f"{OPERATIONS}{ONE}replay/", Says(ReplayOperation, "operation_id")),
    Entry("POST", f"{OPERATIONS}{ONE}discard/", Says(DiscardOperation, "operation_id")),
    Entry("GET", INBOX, Asks(READS, InboxFilter, inbox)),
    Entry("GET", f"{INBOX}{ONE}", ShowsOne(READS, inbox_event)),
    Entry("POST", f"{INBOX}{ONE}replay/", Says(ReplayInboxEvent, "inbox_id")),
    Entry("POST", f"{INBOX}{ONE}discard/", Says(DiscardInboxEvent, "inbox_id")),
    Entry("GET", OUTBOX, Asks(READS, OutboxFilter, outbox)),
    Entry("GET", f"{OUTBOX}{ONE}", ShowsOne(READS, outbox_entry)),
    Entry("POST", f"{OUTBOX}{ONE}replay/", Says(ReplayFollowUp, "outbox_id")),
    Entry("POST", f"{OUTBOX}{ONE}discard/", Says(DiscardFollowUp, "outbox_id")),
)
