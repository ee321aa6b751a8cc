"""What an order is about: amount, items, references, payee."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, money
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.orders import totals
from sandbox.world import World

REFERENCE_LENGTH_MAX = 256
DESCRIPTOR_LENGTH_MAX = 22
TEXTS = ("description", "custom_id", "invoice_id")


def read(world: World, fields: Fields) -> JsonObject:
    """As it is answered later. Raises PayPalError."""
    fields.only("reference_id", "amount", "items", "payee", "soft_descriptor", *TEXTS)
    fields.require("amount")
    texts = {name: fields.text(name) for name in TEXTS}
    unit = {
        "reference_id": fields.text("reference_id", REFERENCE_LENGTH_MAX) or "default",
        **totals.read(fields),
        "payee": _payee(world, fields.group("payee")),
        **{name: text for name, text in texts.items() if text is not None},
    }
    descriptor = fields.text("soft_descriptor", DESCRIPTOR_LENGTH_MAX)
    return {**unit, "soft_descriptor": descriptor} if descriptor else unit


def amount(unit: JsonObject) -> money.Amount:
    """What is to be paid."""
    told = unit["amount"]
    return money.amount_of(Fields({name: told[name] for name in ("currency_code", "value")}))


def _payee(world: World, fields: Fields) -> JsonObject:
    fields.only("merchant_id", "email_address")
    ours = world.options.paypal_merchant_id
    if fields.text("merchant_id", 13) not in (None, ours) or fields.text("email_address", 254):
        wrong = f"Payee account specified is invalid. This sandbox belongs to {ours}, without an address."
        raise errors.impossible("PAYEE_ACCOUNT_INVALID", wrong, fields.pointer("merchant_id"))
    return {"merchant_id": ours}
