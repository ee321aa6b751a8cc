"""What becomes of an e-mail (https://resend.com/docs/dashboard/webhooks/event-types), and who may say so.

Resend has addresses for tests (https://resend.com/docs/dashboard/emails/send-test-emails): what is sent to
`bounced@resend.dev` bounces, to `complained@resend.dev` is called spam, also with a label (`bounced+one@resend.dev`).
Here the same names do at every address that is an example. That a mail arrived is not told of each by itself: an
endpoint need not be subscribed to that, and a person can have it told (`POST /sandbox/inbox/{id}/events`).
"""

from datetime import UTC, datetime

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.resend.sender import KIND
from sandbox.world import World

FATES = {"bounced": "email.bounced", "complained": "email.complained"}
# what a person may say became of any e-mail
TYPES = (
    *FATES.values(),
    "email.delivered",
    "email.delivery_delayed",
    "email.failed",
    "email.suppressed",
    "email.opened",
)
BOUNCES = {
    "email.bounced": {"type": "Permanent", "subType": "General", "message": "The mailbox does not exist."},
    "soft": {"type": "Transient", "subType": "MailboxFull", "message": "The mailbox is full."},
}
TEST_DOMAINS = ("resend.dev", "example.com", ".example")


def fate_of(address: str) -> str:
    """Of which type the event is that a mail to this address brings by itself; empty for none."""
    local, _, domain = address.rpartition("<")[2].rstrip(">").rpartition("@")
    is_test = domain.endswith(TEST_DOMAINS)
    return FATES.get(local.partition("+")[0], "") if is_test else ""


def tell(world: World, email: JsonObject, event_type: str, bounce: JsonObject | None = None) -> JsonObject:
    """Write down an event of an e-mail, and send it on its way."""
    at = datetime.fromtimestamp(world.clock.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {
        "email_id": email["id"],
        "created_at": email["created_at"],
        "from": email["from"],
        "to": email["to"],
        "subject": email["subject"],
        "tags": {tag["name"]: tag["value"] for tag in email["tags"]},
    }
    if event_type == "email.bounced":
        data["bounce"] = bounce or BOUNCES["email.bounced"]
    body = {"type": event_type, "created_at": at, "data": data}
    event = world.store.put(KIND, {"id": new_id("msg"), "body": body})
    world.courier.dispatch(KIND, event)
    return event
