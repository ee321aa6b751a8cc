"""The sums that PayPal checks: the amount against its breakdown, the breakdown against the items."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, money
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.api.money import Amount

ADDED = ("item_total", "tax_total", "shipping", "handling", "insurance")
TAKEN_OFF = ("shipping_discount", "discount")
# PayPal names no limit
ITEMS_MAX = 1_000
ITEM_TEXTS = ("description", "sku")
CATEGORIES = ("DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION")

Parts = dict[str, Amount]


def read(unit: Fields) -> JsonObject:
    """`amount` and, when there are any, `items`, as they are answered. Raises PayPalError when they do not add up."""
    fields = unit.group("amount")
    fields.only("currency_code", "value", "breakdown")
    total = money.amount_of(fields)
    money.must_be_positive(total, fields.pointer("value"))
    parts = _parts(fields.group("breakdown"), total.currency)
    items = [_item(each, total.currency) for each in unit.groups("items", ITEMS_MAX)]
    if parts:
        _must_add_up(total, parts, fields.pointer("value"))
    _must_be_sum(items, parts, fields.group("breakdown"))
    amount: JsonObject = money.shown(total)
    if parts:
        amount["breakdown"] = {name: money.shown(part) for name, part in parts.items()}
    return {"amount": amount, **({"items": [item["shown"] for item in items]} if items else {})}


def _parts(fields: Fields, currency: str) -> Parts:
    fields.only(*ADDED, *TAKEN_OFF)
    parts = {name: money.read(fields, name) for name in (*ADDED, *TAKEN_OFF)}
    given = {name: part for name, part in parts.items() if part is not None}
    for name, part in given.items():
        _must_be_of(currency, part, fields.pointer(name))
        money.must_not_be_negative(part, fields.pointer(name))
    return given


def _must_add_up(total: Amount, parts: Parts, field: str) -> None:
    minor = {name: parts[name].minor if name in parts else 0 for name in (*ADDED, *TAKEN_OFF)}
    if total.minor != sum(minor[name] for name in ADDED) - sum(minor[name] for name in TAKEN_OFF):
        wrong = "Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount - discount."
        raise errors.impossible("AMOUNT_MISMATCH", wrong, field)


def _item(fields: Fields, currency: str) -> JsonObject:
    fields.only("name", "unit_amount", "tax", "quantity", "category", *ITEM_TEXTS)
    fields.require("unit_amount")
    texts = {name: fields.text(name) for name in ITEM_TEXTS}
    texts["category"] = fields.choice("category", CATEGORIES)
    quantity = fields.required_text("quantity", 10, "[1-9][0-9]{0,9}")
    amounts = {name: _item_amount(fields, name, currency) for name in ("unit_amount", "tax")}
    shown = {name: money.shown(amount) for name, amount in amounts.items() if amount is not None}
    more = {name: text for name, text in texts.items() if text is not None}
    minor = {name: int(quantity) * amount.minor if amount else None for name, amount in amounts.items()}
    return {"shown": {"name": fields.required_text("name"), **shown, "quantity": quantity, **more}, **minor}


def _item_amount(fields: Fields, name: str, currency: str) -> Amount | None:
    amount = money.read(fields, name)
    if amount is not None:
        _must_be_of(currency, amount, fields.pointer(name))
        money.must_not_be_negative(amount, fields.pointer(name))
    return amount


def _must_be_sum(items: list[JsonObject], parts: Parts, breakdown: Fields) -> None:
    for of_item, of_all, issue in (("unit_amount", "item_total", "ITEM_TOTAL"), ("tax", "tax_total", "TAX_TOTAL")):
        given = [item[of_item] for item in items if item[of_item] is not None]
        if not given:
            continue
        if of_all not in parts:
            wrong = f"If item details are specified, the corresponding amount.breakdown.{of_all} is required."
            raise errors.impossible(f"{issue}_REQUIRED", wrong, breakdown.pointer(of_all))
        if parts[of_all].minor != sum(given):
            wrong = f"Should equal sum of ({of_item} * quantity) across all items for a given purchase_unit."
            raise errors.impossible(f"{issue}_MISMATCH", wrong, breakdown.pointer(of_all))


def _must_be_of(currency: str, amount: Amount, field: str) -> None:
    if amount.currency != currency:
        wrong = "Multiple differing values of currency_code are not supported."
        raise errors.impossible("MULTI_CURRENCY_ORDER", wrong, field)
