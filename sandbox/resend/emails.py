"""Send an e-mail, which goes no further than the inbox; look one up."""

import re
from datetime import UTC, datetime
from itertools import islice

from sandbox.ids import new_uuid
from sandbox.json_types import JsonObject
from sandbox.resend import attachments, errors, events
from sandbox.resend.errors import ResendError
from sandbox.world import World

KIND = "email"
RECIPIENTS_MAX = 50
SUBJECT_LENGTH_MAX = 998
ADDRESS = re.compile(r"[^@\s<>,\"]+@[^@\s<>,\"]+\.[^@\s<>,\".]+")
NAMED_ADDRESS = re.compile(rf"(?:[^<>\r\n]*<{ADDRESS.pattern}>)|(?:{ADDRESS.pattern})")
KNOWN = frozenset(
    [
        "from",
        "to",
        "subject",
        "html",
        "text",
        "cc",
        "bcc",
        "reply_to",
        "attachments",
        "headers",
        "tags",
        "scheduled_at",
        "topic_id",
    ],
)


def send(world: World, message: JsonObject, idempotency_key: str | None) -> JsonObject:
    """POST /emails. Raises ResendError; then nothing was sent."""
    email = _checked(message)
    files = attachments.read(message.get("attachments"))
    kept = [attachments.keep(world.options.home, *file) for file in files]
    created_at = datetime.fromtimestamp(world.clock.now(), UTC).isoformat().replace("+00:00", "Z")
    details = {"attachments": kept, "idempotency_key": idempotency_key, "created_at": created_at}
    stored = world.store.put(KIND, {"id": new_uuid(), **email, **details})
    for address in stored["to"]:
        if fate := events.fate_of(address):
            events.tell(world, {**stored, "to": [address]}, fate)
    return {"id": stored["id"]}


def retrieve(world: World, email_id: str) -> JsonObject:
    """GET /emails/{id}. Raises ResendError when there is none."""
    email = world.store.get(KIND, email_id)
    if email is None:
        raise ResendError(404, "not_found", "Email not found")
    shown = ("id", "to", "from", "created_at", "subject", "html", "text", "bcc", "cc", "reply_to", "tags")
    return {"object": "email", **{name: email[name] for name in shown}, "last_event": "delivered"}


def listed(world: World, limit: int, after: str) -> JsonObject:
    """GET /emails: newest first, from behind a cursor (https://resend.com/docs/api-reference/emails/list-emails)."""
    rest = iter(world.store.newest_first(KIND))
    if after and not any(email["id"] == after for email in rest):
        raise ResendError(422, "validation_error", "The `after` cursor is unknown.")
    rows = list(islice(rest, limit + 1))
    shown = ("id", "to", "from", "created_at", "subject", "bcc", "cc", "reply_to")
    data = [{**{name: email[name] for name in shown}, "last_event": "delivered"} for email in rows[:limit]]
    return {"object": "list", "has_more": len(rows) > limit, "data": data}


def _checked(message: JsonObject) -> JsonObject:
    unknown = sorted(set(message) - KNOWN)
    if unknown:
        raise ResendError(422, "validation_error", f"This sandbox does not know the field `{unknown[0]}`.")
    for name in ("from", "to", "subject"):
        if not message.get(name):
            raise errors.missing_field(name)
    if not (message.get("html") or message.get("text")):
        raise ResendError(422, "validation_error", "Missing `html` or `text` field.")
    return {
        "from": _address("from", message["from"]),
        "subject": _text("subject", message["subject"], SUBJECT_LENGTH_MAX),
        **{name: _recipients(name, message.get(name)) for name in ("to", "cc", "bcc", "reply_to")},
        **{name: _text(name, message.get(name) or "") for name in ("html", "text")},
        "headers": _headers(message.get("headers")),
        "tags": _tags(message.get("tags")),
    }


def _address(field: str, value: object) -> str:
    if not isinstance(value, str) or not NAMED_ADDRESS.fullmatch(value.strip()):
        raise errors.invalid_field(
            field, "The email address needs to follow the `email@example.com` or `Name <email@example.com>` format."
        )
    return value.strip()


def _recipients(field: str, value: object) -> list[str]:
    values = value if isinstance(value, list) else [value] if value else []
    if len(values) > RECIPIENTS_MAX:
        raise errors.invalid_field(field, f"At most {RECIPIENTS_MAX} addresses.")
    return [_address(field, item) for item in values]


def _text(field: str, value: object, length_max: int | None = None) -> str:
    if not isinstance(value, str) or (length_max is not None and len(value) > length_max):
        raise errors.invalid_field(field, "It must be a string of reasonable length.")
    return value


def _headers(value: object) -> dict[str, str]:
    headers = value or {}
    if not isinstance(headers, dict) or any(not isinstance(item, str) for item in headers.values()):
        raise errors.invalid_field("headers", "It must be an object of strings.")
    return headers


def _tags(value: object) -> list[JsonObject]:
    tags = value or []
    if not isinstance(tags, list) or any(not isinstance(tag, dict) or set(tag) != {"name", "value"} for tag in tags):
        raise errors.invalid_field("tags", "It must be a list of objects with `name` and `value`.")
    return tags
