"""Charges: one try to take money from a card (https://docs.stripe.com/api/charges)."""

from datetime import UTC, datetime

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe import balance, cards, errors, events, lists
from sandbox.stripe.call import Call, Cause
from sandbox.stripe.cards import Card
from sandbox.world import World

KIND = "charge"


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/charges/{charge}"""
    charge = world.store.get(KIND, call.ids["charge"])
    if charge is None:
        raise errors.not_found(KIND, call.ids["charge"])
    return charge


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/charges"""
    call.params.only("customer", "payment_intent", "created", *lists.PAGE_PARAMETERS)
    intent_id = call.params.text("payment_intent")
    if intent_id is not None:
        return lists.page_of(reversed(world.store.find(KIND, "payment_intent", intent_id)), call.params, call.path)
    created, owned = lists.created_within(call.params), lists.having(call.params, "customer")
    return lists.page(world, KIND, call.params, call.path, lambda record: created(record) and owned(record))


def add(world: World, intent: JsonObject, method: JsonObject, card: Card, cause: Cause) -> JsonObject:
    """Try the card: a charge that succeeded or failed, with its event."""
    charge = world.store.put(KIND, _blank(intent, method, card, world.clock.now()) | _outcome(card, intent["amount"]))
    events.emit(world, "charge.failed" if card.code else "charge.succeeded", charge, cause)
    return charge


def settle(world: World, charge: JsonObject, cause: Cause) -> JsonObject:
    """Book the balance transaction, which Stripe does a moment after the charge."""
    entry = balance.add_charge(world, charge)
    after = world.store.put(KIND, {**charge, "balance_transaction": entry["id"]})
    events.emit(world, "charge.updated", after, cause, {"balance_transaction": None})
    return after


def _outcome(card: Card, amount: int) -> JsonObject:
    return _failure(card) if card.code else _success(amount)


def _success(amount: int) -> JsonObject:
    return {
        "amount_captured": amount,
        "captured": True,
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 12,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "status": "succeeded",
    }


def _failure(card: Card) -> JsonObject:
    return {
        "failure_code": card.code,
        "failure_message": card.message,
        "outcome": {
            "advice_code": "do_not_try_again" if card.decline_code in ("lost_card", "stolen_card") else None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "declined_by_network",
            "reason": card.decline_code,
            "risk_level": "normal",
            "risk_score": 12,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
        "paid": False,
        "status": "failed",
    }


def _blank(intent: JsonObject, method: JsonObject, card: Card, now: int) -> JsonObject:
    return {
        "id": new_id("ch"),
        "object": KIND,
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": "card", "card": _card_details(intent, card, now)},
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "transfer_data": None,
        "transfer_group": None,
    }


def _card_details(intent: JsonObject, card: Card, now: int) -> JsonObject:
    return {
        **cards.details(card, datetime.fromtimestamp(now, UTC).year),
        "amount_authorized": 0 if card.code else intent["amount"],
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "three_d_secure": None,
    }
