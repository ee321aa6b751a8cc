"""Turns a Stripe event into the fact that rings our bell. Pure; old and new API versions read alike."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from gateways.envelope import Envelope, EventRefused
from gateways.stripe.events import envelope_of, load_event
from gateways.stripe.shapes import SUBSCRIPTION_MARK, TOLD, Json, attempt_mark, inside, mark, reference
from schemas.facts.events import Concern, EventFact

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
        "charge.refunded": "charge",
        # what older versions of the API tell of a refund that failed
        "charge.refund.updated": "refund",
        "refund.created": "refund",
        "refund.updated": "refund",
        "refund.failed": "refund",
        "charge.dispute.created": "dispute",
        "charge.dispute.updated": "dispute",
        "charge.dispute.closed": "dispute",
        "charge.dispute.funds_withdrawn": "dispute",
        "charge.dispute.funds_reinstated": "dispute",
        "invoice.finalized": "invoice",
        "invoice.paid": "invoice",
        "invoice.payment_failed": "invoice",
        "invoice.voided": "invoice",
        "customer.subscription.created": "subscription",
        "customer.subscription.updated": "subscription",
        "customer.subscription.deleted": "subscription",
        "customer.subscription.paused": "subscription",
        "customer.subscription.resumed": "subscription",
        "customer.subscription.trial_will_end": "subscription",
        "payment_method.attached": "payment_method",
        "payment_method.detached": "payment_method",
        "payment_method.automatically_updated": "payment_method",
        "setup_intent.succeeded": "setup_intent",
        "customer.updated": "customer",
        "customer.deleted": "customer",
    }
)


_SUBJECTS = {
    "checkout.session": Concern.PAYMENT,
    "payment_intent": Concern.PAYMENT,
    "charge": Concern.REVERSAL,
    "refund": Concern.REVERSAL,
    "dispute": Concern.REVERSAL,
    "invoice": Concern.INVOICE,
    "subscription": Concern.SUBSCRIPTION,
    "payment_method": Concern.CARD,
    "setup_intent": Concern.CARD,
    "customer": Concern.CUSTOMER,
}
# what an event of each type is about, as a rule; a page may also start a subscription or save a card
CONCERNS = MappingProxyType({event_type: _SUBJECTS[subject] for event_type, subject in HANDLED_TYPES.items()})

EXPIRED_CHECKOUT = "checkout.session.expired"
# on these pages the customer chose the card that is to be charged
CARD_WAS_CHOSEN = frozenset({"checkout.session.completed", "setup_intent.succeeded"})


class MalformedEvent(ValueError):
    """An event of a type we handle lacks what we need: it is parked for a person, never skipped."""


def translate(body: bytes) -> EventFact:
    """Which object of ours an event is about.

    Types that we do not handle, invoices of no subscription, and ways of saving or paying that we do not offer concern
    nothing. The fact's `attempt_id` and `subscription_id` are hints: `client_reference_id` can be set by whoever pays
    through a payment link, so money is believed only from the fetched object. Raises MalformedEvent.
    """
    try:
        event = load_event(body)
        envelope = envelope_of(event)
    except EventRefused as error:
        raise MalformedEvent(str(error)) from error
    expected = HANDLED_TYPES.get(envelope.event_type)
    if expected is None:
        return _about(envelope, Concern.NOTHING)
    fact = READERS[expected](envelope, _carried_object(event, expected))
    return replace(fact, is_choice=True) if fact.concerns is Concern.CUSTOMER and _is_choice(event) else fact


def _is_choice(event: Json) -> bool:
    """Whether a customer's default is another one now, but not where we only carried out a choice that was told."""
    settings = inside(event, "data", "previous_attributes", "invoice_settings")
    key = inside(event, "request").get("idempotency_key") or ""
    return "default_payment_method" in settings and not str(key).endswith(TOLD)


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


def _of_session(envelope: Envelope, session: Json) -> EventFact:
    # the oldest sessions had no mode, and could only pay
    mode = session.get("mode", "payment")
    reader = SESSION_READERS.get(mode) if isinstance(mode, str) else None
    return reader(envelope, session) if reader else _about(envelope, Concern.NOTHING)


def _of_payment_session(envelope: Envelope, session: Json) -> EventFact:
    return _about(
        envelope,
        Concern.PAYMENT,
        checkout_ref=reference(session),
        payment_ref=reference(session.get("payment_intent")),
        attempt_id=attempt_mark(session) or reference(session.get("client_reference_id")),
    )


def _of_subscription_session(envelope: Envelope, session: Json) -> EventFact:
    return _about(
        envelope,
        Concern.SUBSCRIPTION,
        checkout_ref=reference(session),
        subscription_ref=reference(session.get("subscription")),
        # never the client_reference_id: an expired session ends the subscription it names
        subscription_id=mark(session, SUBSCRIPTION_MARK),
        customer_ref=reference(session.get("customer")),
    )


def _of_setup_session(envelope: Envelope, session: Json) -> EventFact:
    return _about(
        envelope,
        Concern.CARD,
        checkout_ref=reference(session),
        setup_ref=reference(session.get("setup_intent")),
        customer_ref=reference(session.get("customer")),
    )


def _of_payment_intent(envelope: Envelope, intent: Json) -> EventFact:
    return _about(envelope, Concern.PAYMENT, payment_ref=reference(intent), attempt_id=attempt_mark(intent))


def _of_charge(envelope: Envelope, charge: Json) -> EventFact:
    return _about(envelope, Concern.REVERSAL, charge_ref=reference(charge))


def _of_reversal(envelope: Envelope, reversal: Json) -> EventFact:
    """A refund or a dispute; a refund of a balance that was never charged is of no payment."""
    charge_ref = reference(reversal.get("charge"))
    return _about(envelope, Concern.REVERSAL if charge_ref else Concern.NOTHING, charge_ref=charge_ref)


def _of_invoice(envelope: Envelope, invoice: Json) -> EventFact:
    # 2025-03-31.basil moved what tells of the subscription from the invoice itself to its parent
    parent = inside(invoice, "parent", "subscription_details")
    subscription_ref = reference(parent.get("subscription")) or reference(invoice.get("subscription"))
    if not subscription_ref:
        return _about(envelope, Concern.NOTHING)
    return _about(
        envelope,
        Concern.INVOICE,
        invoice_ref=reference(invoice),
        subscription_ref=subscription_ref,
        subscription_id=mark(parent or inside(invoice, "subscription_details"), SUBSCRIPTION_MARK),
        customer_ref=reference(invoice.get("customer")),
    )


def _of_subscription(envelope: Envelope, subscription: Json) -> EventFact:
    return _about(
        envelope,
        Concern.SUBSCRIPTION,
        subscription_ref=reference(subscription),
        subscription_id=mark(subscription, SUBSCRIPTION_MARK),
        customer_ref=reference(subscription.get("customer")),
    )


def _of_payment_method(envelope: Envelope, method: Json) -> EventFact:
    if method.get("type") != "card":
        return _about(envelope, Concern.NOTHING)
    # a detached card names no customer any more
    customer_ref = reference(method.get("customer"))
    return _about(envelope, Concern.CARD, card_ref=reference(method), customer_ref=customer_ref)


def _of_setup_intent(envelope: Envelope, intent: Json) -> EventFact:
    return _about(
        envelope,
        Concern.CARD,
        setup_ref=reference(intent),
        card_ref=reference(intent.get("payment_method")),
        customer_ref=reference(intent.get("customer")),
    )


def _of_customer(envelope: Envelope, customer: Json) -> EventFact:
    return _about(envelope, Concern.CUSTOMER, customer_ref=reference(customer))


def _about(envelope: Envelope, concerns: Concern, **references: str) -> EventFact:
    return EventFact(
        gateway=GATEWAY,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        concerns=concerns,
        occurred_at=envelope.created,
        is_choice=concerns is Concern.CARD and envelope.event_type in CARD_WAS_CHOSEN,
        is_expiry=envelope.event_type == EXPIRED_CHECKOUT,
        **references,
    )


Reader = Callable[[Envelope, Json], EventFact]
SESSION_READERS: Mapping[str, Reader] = {
    "payment": _of_payment_session,
    "subscription": _of_subscription_session,
    "setup": _of_setup_session,
}
READERS: Mapping[str, Reader] = {
    "checkout.session": _of_session,
    "payment_intent": _of_payment_intent,
    "charge": _of_charge,
    "refund": _of_reversal,
    "dispute": _of_reversal,
    "invoice": _of_invoice,
    "subscription": _of_subscription,
    "payment_method": _of_payment_method,
    "setup_intent": _of_setup_intent,
    "customer": _of_customer,
}
