"""Turns fetched Stripe objects into our words. Pure; reads the shapes of the pinned API version only."""

from datetime import datetime

from billing.money import Money
from gateways.stripe.amounts import from_stripe
from gateways.stripe.answers import reader
from gateways.stripe.shapes import NOTHING, Json, attempt_mark, inside, instant, reference
from gateways.stripe.translate import GATEWAY
from schemas.facts.payments import NO_CARD_NAMED, ChargedCard, CheckoutFact, PaymentFact, PaymentStatus

SETTLED = frozenset({"paid", "no_payment_required"})


@reader
def checkout_of_session(session: Json) -> CheckoutFact:
    """A Checkout Session as a checkout; `url` is empty once nobody can pay there any more."""
    status, _ = _session_outcome(session)
    return CheckoutFact(checkout_ref=session["id"], url=session.get("url") or "", status=status)


@reader
def payment_of_session(session: Json) -> PaymentFact:
    """A Checkout Session, its payment intent and charge expanded, as a payment.

    A declined card leaves the session open for another try, so it is still pending; it has failed when the customer is
    done and the money did not come.
    """
    intent = session.get("payment_intent")
    status, failure_code = _session_outcome(session)
    return _payment(
        owner=session,
        checkout_ref=session["id"],
        payment_ref=reference(intent),
        charge=intent.get("latest_charge") if isinstance(intent, dict) else None,
        amount=_money(session["amount_total"], session["currency"]),
        outcome=(status, failure_code),
        page_url=session.get("url") or "",
    )


@reader
def payment_of_intent(intent: Json) -> PaymentFact:
    """A payment intent that no Checkout Session owns, its charge expanded, as a payment."""
    return _payment(
        owner=intent,
        checkout_ref="",
        payment_ref=intent["id"],
        charge=intent.get("latest_charge"),
        amount=_money(intent["amount"], intent["currency"]),
        outcome=_intent_outcome(intent),
    )


def failure_code_of(error: Json) -> str:
    """The finest word that Stripe has for why a payment failed. https://docs.stripe.com/declines/codes"""
    return error.get("decline_code") or error.get("code") or "payment_failed"


def _payment(
    *,
    owner: Json,
    checkout_ref: str,
    payment_ref: str,
    charge: object,
    amount: Money,
    outcome: tuple[PaymentStatus, str],
    page_url: str = "",
) -> PaymentFact:
    status, failure_code = outcome
    return PaymentFact(
        gateway=GATEWAY,
        attempt_id=attempt_mark(owner),
        checkout_ref=checkout_ref,
        payment_ref=payment_ref,
        charge_ref=reference(charge),
        customer_ref=reference(owner.get("customer")),
        status=status,
        amount_minor=amount.minor,
        currency=amount.currency,
        paid_at=_created(charge) if status is PaymentStatus.CAPTURED else None,
        failure_code=failure_code,
        card=_card(charge) if status is PaymentStatus.CAPTURED else NO_CARD_NAMED,
        page_url=page_url,
    )


def _session_outcome(session: Json) -> tuple[PaymentStatus, str]:
    status = session.get("status")
    if status == "expired":
        return PaymentStatus.EXPIRED, ""
    if status != "complete":
        return PaymentStatus.PENDING, ""
    if session.get("payment_status") in SETTLED:
        return PaymentStatus.CAPTURED, ""
    intent = session.get("payment_intent")
    return _unpaid_outcome(intent) if isinstance(intent, dict) else (PaymentStatus.PENDING, "")


def _intent_outcome(intent: Json) -> tuple[PaymentStatus, str]:
    if intent.get("status") == "succeeded":
        return PaymentStatus.CAPTURED, ""
    return _unpaid_outcome(intent)


def _unpaid_outcome(intent: Json) -> tuple[PaymentStatus, str]:
    """Over only in the two states that end a payment; any other, known or new, is still on its way."""
    error = intent.get("last_payment_error") or {}
    if intent.get("status") == "canceled":
        return PaymentStatus.EXPIRED, "canceled"
    if intent.get("status") == "requires_payment_method" and error:
        return PaymentStatus.FAILED, failure_code_of(error)
    return PaymentStatus.PENDING, ""


def _money(amount: int, currency: str) -> Money:
    return Money(from_stripe(amount, currency), currency.upper())


def _created(charge: object) -> datetime | None:
    return instant(charge["created"]) if isinstance(charge, dict) else None


def _card(charge: object) -> ChargedCard:
    """https://docs.stripe.com/api/charges/object#charge_object-payment_method_details: the card as it was then."""
    card = inside(charge if isinstance(charge, dict) else NOTHING, "payment_method_details", "card")
    return ChargedCard(card.get("brand") or "", card.get("last4") or "")
