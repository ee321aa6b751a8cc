"""A subscription's payment, as the first version of the API tells it
(https://developer.paypal.com/docs/api/payments/v1/#sale). It is a capture, and answers as one as well.
"""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import links, moments, money
from sandbox.paypal.api.money import Amount
from sandbox.paypal.captures import fees
from sandbox.world import World

PATH = "/v1/payments/sale"
REFUND_PATH = "/v1/payments/refund"
STATES = {"DECLINED": "denied"}


def shown(world: World, capture: JsonObject) -> JsonObject:
    """As the API answers it."""
    path = f"{PATH}/{capture['id']}"
    amount = Amount(capture["minor"], capture["currency"])
    fee = money.shown(fees.of_payment(amount))
    return {
        "id": capture["id"],
        "state": _state(capture["status"]),
        "amount": {**_old(amount), "details": {"subtotal": _old(amount)["total"]}},
        "payment_mode": "INSTANT_TRANSFER",
        "protection_eligibility": "INELIGIBLE",
        "transaction_fee": {"value": fee["value"], "currency": fee["currency_code"]},
        "billing_agreement_id": capture["subscription"],
        **({"custom": capture["custom_id"]} if capture["custom_id"] else {}),
        "create_time": moments.shown(capture["created"]),
        "update_time": moments.shown(capture["updated"]),
        "links": [links.link(world, path, "self"), links.link(world, f"{path}/refund", "refund", "POST")],
    }


def refund_shown(world: World, refund: JsonObject) -> JsonObject:
    """A refund of one, or a reversal, as this version of the API answers it."""
    return {
        "id": refund["id"],
        "state": _state(refund["status"]),
        "amount": _old(Amount(refund["minor"], refund["currency"])),
        "sale_id": refund["capture"],
        **({"custom": refund["custom_id"]} if refund["custom_id"] else {}),
        **({"invoice_number": refund["invoice_id"]} if refund["invoice_id"] else {}),
        "create_time": moments.shown(refund["created"]),
        "update_time": moments.shown(refund["updated"]),
        "links": [
            links.link(world, f"{REFUND_PATH}/{refund['id']}", "self"),
            links.link(world, f"{PATH}/{refund['capture']}", "sale"),
        ],
    }


def _old(amount: Amount) -> JsonObject:
    told = money.shown(amount)
    return {"total": told["value"], "currency": told["currency_code"]}


def _state(status: str) -> str:
    return STATES.get(status, status.lower())
