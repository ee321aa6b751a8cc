"""Turns a PayPal event into the fact that rings our bell. Pure; resources of version 1 and 2 read alike.

https://developer.paypal.com/api/rest/webhooks/event-names/
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateways.envelope import Envelope, EventRefused
from gateways.paypal.events import envelope_of, load_event
from gateways.paypal.shapes import (
    SUBSCRIPTION_MARK,
    Json,
    first_under,
    inside,
    items_of,
    link,
    marks_of,
    named_in,
    text,
)
from schemas.facts.events import Concern, EventFact

GATEWAY = "paypal"

WALLET_SAVED = "VAULT.PAYMENT-TOKEN.CREATED"


class MalformedEvent(ValueError):
    """An event of a type we handle lacks what we need: it is parked for a person, never skipped."""


def translate(body: bytes) -> EventFact:
    """Which object of ours an event is about.

    Types that we do not handle, and sales of no subscription, concern nothing. PayPal signs no more than a checksum of
    the body, which can be forged: the fact's references are where to look, and everything else is a hint. Raises
    MalformedEvent.
    """
    try:
        event = load_event(body)
        envelope = envelope_of(event)
    except EventRefused as error:
        raise MalformedEvent(str(error)) from error
    read = HANDLED_TYPES.get(envelope.event_type)
    return _about(envelope, Concern.NOTHING) if read is None else read(envelope, event["resource"])


def _of_order(envelope: Envelope, order: Json) -> EventFact:
    unit = next(iter(items_of(order, "purchase_units")), {})
    attempt_id, _ = marks_of(unit.get("custom_id"))
    return _about(envelope, Concern.PAYMENT, checkout_ref=_named(envelope, order), attempt_id=attempt_id)


def _of_capture(envelope: Envelope, capture: Json) -> EventFact:
    attempt_id, _ = marks_of(capture.get("custom_id"))
    return _about(
        envelope,
        Concern.PAYMENT,
        payment_ref=_named(envelope, capture),
        checkout_ref=text(inside(capture, "supplementary_data", "related_ids"), "order_id"),
        attempt_id=attempt_id,
    )


def _of_refund(envelope: Envelope, refund: Json) -> EventFact:
    """Of a capture, or of a subscription's sale; which one, its link tells, or in the first version a field."""
    told = text(refund, "capture_id") or text(refund, "sale_id") or named_in(link(refund, "up", "sale", "capture"))
    return _about(envelope, Concern.REVERSAL, charge_ref=_needed(envelope, "payment", told))


def _of_sale(envelope: Envelope, sale: Json) -> EventFact:
    """A subscription's payment, which is its invoice as well. Other sales are of an API that we do not use."""
    subscription_ref = text(sale, "billing_agreement_id")
    if not subscription_ref:
        return _about(envelope, Concern.NOTHING)
    return _about(
        envelope,
        Concern.INVOICE,
        invoice_ref=_named(envelope, sale),
        subscription_ref=subscription_ref,
        subscription_id=first_under(SUBSCRIPTION_MARK, sale.get("custom") or sale.get("custom_id")),
    )


def _of_reversed_sale(envelope: Envelope, resource: Json) -> EventFact:
    """PayPal tells it as the sale itself, or as the refund of one."""
    told = text(resource, "sale_id") or named_in(link(resource, "sale")) or _named(envelope, resource)
    return _about(envelope, Concern.REVERSAL, charge_ref=told)


def _of_subscription(envelope: Envelope, subscription: Json) -> EventFact:
    return _about(
        envelope,
        Concern.SUBSCRIPTION,
        subscription_ref=_named(envelope, subscription),
        subscription_id=first_under(SUBSCRIPTION_MARK, subscription.get("custom_id")),
    )


def _of_wallet(envelope: Envelope, wallet: Json) -> EventFact:
    """Cards and other ways of paying may be kept there as well; whether it is a wallet, the fetched object tells."""
    customer_ref = text(inside(wallet, "customer"), "id")
    return _about(envelope, Concern.CARD, card_ref=_named(envelope, wallet), customer_ref=customer_ref)


def _of_dispute(envelope: Envelope, dispute: Json) -> EventFact:
    """Of a payment of ours, whose name is the seller's: the buyer knows the same payment by another."""
    disputed = next(iter(items_of(dispute, "disputed_transactions")), {})
    charge_ref = _needed(envelope, "payment", text(disputed, "seller_transaction_id"))
    return _about(envelope, Concern.REVERSAL, charge_ref=charge_ref)


def _named(envelope: Envelope, resource: Json) -> str:
    return _needed(envelope, "id", text(resource, "id"))


def _needed(envelope: Envelope, what: str, found: str) -> str:
    if not found:
        raise MalformedEvent(f"the resource of {envelope.event_type} has no {what}")
    return found


def _about(envelope: Envelope, concerns: Concern, **references: str) -> EventFact:
    return EventFact(
        gateway=GATEWAY,
        event_id=envelope.event_id,
        event_type=envelope.event_type,
        concerns=concerns,
        occurred_at=envelope.created,
        is_choice=envelope.event_type == WALLET_SAVED,
        is_expiry=False,
        **references,
    )


Reader = Callable[[Envelope, Json], EventFact]
_ABOUT: Mapping[Concern, Mapping[str, Reader]] = {
    Concern.PAYMENT: {
        "CHECKOUT.ORDER.APPROVED": _of_order,
        "PAYMENT.CAPTURE.COMPLETED": _of_capture,
        "PAYMENT.CAPTURE.PENDING": _of_capture,
        "PAYMENT.CAPTURE.DENIED": _of_capture,
    },
    Concern.REVERSAL: {
        "PAYMENT.CAPTURE.REFUNDED": _of_refund,
        "PAYMENT.CAPTURE.REVERSED": _of_refund,
        "PAYMENT.SALE.REFUNDED": _of_refund,
        "PAYMENT.SALE.REVERSED": _of_reversed_sale,
        "CUSTOMER.DISPUTE.CREATED": _of_dispute,
        "CUSTOMER.DISPUTE.UPDATED": _of_dispute,
        "CUSTOMER.DISPUTE.RESOLVED": _of_dispute,
    },
    Concern.INVOICE: {"PAYMENT.SALE.COMPLETED": _of_sale},
    Concern.SUBSCRIPTION: {
        "BILLING.SUBSCRIPTION.CREATED": _of_subscription,
        "BILLING.SUBSCRIPTION.ACTIVATED": _of_subscription,
        "BILLING.SUBSCRIPTION.UPDATED": _of_subscription,
        "BILLING.SUBSCRIPTION.CANCELLED": _of_subscription,
        "BILLING.SUBSCRIPTION.SUSPENDED": _of_subscription,
        "BILLING.SUBSCRIPTION.EXPIRED": _of_subscription,
        "BILLING.SUBSCRIPTION.PAYMENT.FAILED": _of_subscription,
    },
    Concern.CARD: {WALLET_SAVED: _of_wallet, "VAULT.PAYMENT-TOKEN.DELETED": _of_wallet},
}
# the webhook is subscribed to exactly these
HANDLED_TYPES: Mapping[str, Reader] = MappingProxyType(
    {event_type: read for of_one in _ABOUT.values() for event_type, read in of_one.items()}
)
# what an event of each type is about, as a rule
CONCERNS = MappingProxyType({event_type: concern for concern, of_one in _ABOUT.items() for event_type in of_one})
