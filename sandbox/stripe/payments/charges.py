"""Charges: one try to take money from a card (https://docs.stripe.com/api/charges)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Cause
from sandbox.stripe.cards import issuer
from sandbox.stripe.cards.declines import Decline
from sandbox.stripe.events import events
from sandbox.stripe.payments import balance, planned
from sandbox.world import World

KIND = "charge"
DISPUTED_LATER = ("fraudulent", "product_not_received", "inquiry")
RISK_SCORES = {"normal": 12, "elevated": 67, "highest": 92}
TOLD_OF_THE_CARD = (
    "brand",
    "checks",
    "country",
    "exp_month",
    "exp_year",
    "fingerprint",
    "funding",
    "last4",
    "regulated_status",
    "wallet",
)


def add(world: World, intent: JsonObject, method: JsonObject, decline: Decline | None, cause: Cause) -> JsonObject:
    """Try the card: a charge that failed when there is a `decline`, else succeeded, with its event."""
    untried = _untried(intent, method, world.time_of(intent["customer"]))
    card = issuer.card_of(world, method)
    outcome = _failure(decline, card.risk) if decline else _success(intent["amount"], card.risk)
    charge = world.store.put(KIND, _with_details(untried | outcome, method))
    events.emit(world, "charge.failed" if decline else "charge.succeeded", charge, cause)
    if not decline and card.afterwards in DISPUTED_LATER:
        planned.plan(world, card.afterwards, charge["id"])
    return charge


def settle(world: World, charge: JsonObject, cause: Cause) -> JsonObject:
    """Book the balance transaction, which Stripe does a moment after the charge."""
    entry = balance.add_charge(world, charge)
    after = world.store.put(KIND, {**charge, "balance_transaction": entry["id"]})
    events.emit(world, "charge.updated", after, cause, {"balance_transaction": None})
    return after


def _success(amount: int, risk: str) -> JsonObject:
    outcome = {
        "network_status": "approved_by_network",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    return {
        "amount_captured": amount,
        "captured": True,
        "outcome": _told(risk) | outcome,
        "paid": True,
        "status": "succeeded",
    }


def _failure(decline: Decline, risk: str) -> JsonObject:
    outcome = _blocked() if risk == "highest" else _refused(decline)
    return {
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": _told(risk) | outcome,
        "paid": False,
        "status": "failed",
    }


def _refused(decline: Decline) -> JsonObject:
    return {
        "advice_code": decline.advice_code,
        "network_status": "declined_by_network",
        "reason": decline.decline_code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _blocked() -> JsonObject:
    """By Stripe's own fraud protection (https://docs.stripe.com/declines#blocked-payments)."""
    return {
        "network_status": "not_sent_to_network",
        "reason": "highest_risk_level",
        "seller_message": "Stripe blocked this payment as too risky.",
        "type": "blocked",
    }


def _told(risk: str) -> JsonObject:
    blank = dict.fromkeys(("advice_code", "network_advice_code", "network_decline_code", "reason"))
    return {**blank, "risk_level": risk, "risk_score": RISK_SCORES[risk]}


def _untried(intent: JsonObject, method: JsonObject, now: int) -> JsonObject:
    taken_over = ("amount", "currency", "customer", "description", "metadata", "receipt_email")
    return blank(
        KIND,
        id=new_id("ch"),
        billing_details=method["billing_details"],
        created=now,
        payment_intent=intent["id"],
        payment_method=method["id"],
        **{name: intent[name] for name in taken_over},
    )


def _with_details(charge: JsonObject, method: JsonObject) -> JsonObject:
    """The card as it was at that moment: a payment method may get a new expiry date later."""
    known = {name: method["card"][name] for name in TOLD_OF_THE_CARD}
    return {**charge, "payment_method_details": {"type": "card", "card": known | _authorization(charge, method)}}


def _authorization(charge: JsonObject, method: JsonObject) -> JsonObject:
    return {
        "amount_authorized": charge["amount"] if charge["paid"] else 0,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": method["card"]["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": charge["amount"], "status": "unavailable"},
        "three_d_secure": None,
    }
