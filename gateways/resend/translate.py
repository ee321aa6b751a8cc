"""Turns an event of Resend's into what became of an e-mail. Pure."""

from types import MappingProxyType
from typing import Any

from gateways.envelope import EventRefused
from gateways.resend.events import load_event, moment_of
from schemas.facts.mails import MailFact, MailNews

NAME = "resend"
ADDRESS_LENGTH_MAX, RECIPIENTS_MAX, SAID_LENGTH_MAX = 254, 50, 300
# The endpoint is to be subscribed to these; what else comes is stored and changes nothing.
HANDLED_TYPES = MappingProxyType(
    {
        "email.delivered": MailNews.DELIVERED,
        "email.delivery_delayed": MailNews.DELAYED,
        "email.bounced": MailNews.BOUNCED,
        "email.complained": MailNews.COMPLAINED,
        # Resend itself sends nothing there any more: it bounced or complained before
        "email.suppressed": MailNews.BOUNCED,
        "email.failed": MailNews.FAILED,
    }
)
# https://resend.com/docs/dashboard/emails/email-bounces: others may pass by themselves
PERMANENT = "permanent"
IS_FOR_GOOD = frozenset({"email.complained", "email.suppressed"})


def translate(body: bytes) -> MailFact:
    """What became of an e-mail; NOTHING for a type that is not ours to hear. Raises EventRefused for no event."""
    event = load_event(body)
    data, event_type = event["data"], event["type"]
    bounce = data.get("bounce") if isinstance(data.get("bounce"), dict) else {}
    return MailFact(
        news=HANDLED_TYPES.get(event_type, MailNews.NOTHING),
        email_ref=_text(data.get("email_id"), 100),
        addresses=_addresses(data.get("to")),
        is_for_good=event_type in IS_FOR_GOOD or _text(bounce.get("type"), 40).lower() == PERMANENT,
        said=_text(bounce.get("message"), SAID_LENGTH_MAX),
        happened_at=moment_of(event),
    )


def _addresses(written: Any) -> tuple[str, ...]:
    """To whom it went. Raises EventRefused: an address that is cut short would be somebody else's."""
    listed = [written] if isinstance(written, str) else written if isinstance(written, list) else []
    bare = [_bare(each) for each in listed if isinstance(each, str)]
    if len(bare) > RECIPIENTS_MAX or any(len(each) > ADDRESS_LENGTH_MAX for each in bare):
        raise EventRefused("the event's recipients are unusable")
    return tuple(each for each in bare if "@" in each)


def _bare(written: str) -> str:
    """`Name <a@b.example>` without the name."""
    inside = written.rpartition("<")[2].partition(">")[0] if written.rstrip().endswith(">") else written
    return inside.strip()


def _text(value: Any, length_max: int) -> str:
    """A text that fits a column and a screen; what else there is says nothing."""
    if not isinstance(value, str):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in value[:length_max]).strip()
