"""Turns a Stripe event into the fact that rings our bell. Pure; old and new API versions read alike."""

from types import MappingProxyType

from gateways.stripe.events import Envelope, EventRefused, envelope_of, load_event
from gateways.stripe.shapes import Json, attempt_mark, reference
from schemas.facts import EventFact

GATEWAY = "stripe"

# event type -> the object it carries; the endpoint is subscribed to exactly these
HANDLED_TYPES = MappingProxyType(
    {
        "checkout.session.completed": "checkout.session",
        "checkout.session.expired": "checkout.session",
        "checkout.session.async_payment_succeeded": "checkout.session",
        "checkout.session.async_payment_failed": "checkout.session",
        "payment_intent.succeeded": "payment_intent",
        "payment_intent.payment_failed": "payment_intent",
        "payment_intent.processing": "payment_intent",
        "payment_intent.canceled": "payment_intent",
    }
)


class MalformedEvent(ValueError):
    """An event of a type we handle lacks what we need: it is parked for a person, never skipped."""


def translate(body: bytes) -> EventFact:
    """Which payment an event is about.

    Types that we do not handle, and checkouts of a mode that we do not sell by, concern nothing. The fact's
    `attempt_id` is a hint: `client_reference_id` can be set by whoever pays through a payment link, so money is
    believed only from the fetched object. Raises MalformedEvent.
    """
    try:
        event = load_event(body)
        envelope = envelope_of(event)
    except EventRefused as error:
        raise MalformedEvent(str(error)) from error
    expected = HANDLED_TYPES.get(envelope.event_type)
    if expected is None:
        return _concerning_nothing(envelope)
    carried = _carried_object(event, expected)
    return _of_checkout(envelope, carried) if expected == "checkout.session" else _of_intent(envelope, carried)


def _carried_object(event: Json, expected: str) -> Json:
    data = event.get("data")
    carried = data.get("object") if isinstance(data, dict) else None
    if not isinstance(carried, dict) or carried.get("object") != expected:
        raise MalformedEvent(f"the event carries no {expected}")
    if not reference(carried):
        raise MalformedEvent(f"the event's {expected} has no id")
    if not isinstance(carried.get("metadata") or {}, dict):
        raise MalformedEvent(f"the event's {expected} has unreadable metadata")
    return carried


def _of_checkout(envelope: Envelope, session: Json) -> EventFact:
    # the oldest sessions had no mode, and could only pay
    if session.get("mode", "payment") != "payment":
        return _concerning_nothing(envelope)
    return EventFact(
        gateway=GATEWAY,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        concerns="payment",
        checkout_ref=reference(session),
        payment_ref=reference(session.get("payment_intent")),
        attempt_id=attempt_mark(session) or reference(session.get("client_reference_id")),
    )


def _of_intent(envelope: Envelope, intent: Json) -> EventFact:
    return EventFact(
        gateway=GATEWAY,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        concerns="payment",
        payment_ref=reference(intent),
        attempt_id=attempt_mark(intent),
    )


def _concerning_nothing(envelope: Envelope) -> EventFact:
    return EventFact(gateway=GATEWAY, event_id=envelope.event_id, event_type=envelope.event_type, concerns="nothing")
