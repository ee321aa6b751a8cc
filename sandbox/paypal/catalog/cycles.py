"""Billing cycles of a plan: trials first, then the regular one, each so long, so often and for so much."""

from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS, months_later
from sandbox.paypal.api import errors, money
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.api.money import Amount

CYCLES_MAX = 3
UNITS = {"DAY": DAY_SECONDS, "WEEK": 7 * DAY_SECONDS}
MONTHS = {"MONTH": 1, "YEAR": 12}
# "The maximum allowable billing_interval is one year", by unit
COUNTS_MAX = {"DAY": 365, "WEEK": 52, "MONTH": 12, "YEAR": 1}
TOTAL_MAX = 999
TRIAL, REGULAR = "TRIAL", "REGULAR"


def read(plan: Fields) -> list[JsonObject]:
    """In the order of their sequence. Raises PayPalError."""
    cycles = sorted((_cycle(each) for each in plan.groups("billing_cycles", CYCLES_MAX)), key=_sequence)
    if [cycle["sequence"] for cycle in cycles] != list(range(1, len(cycles) + 1)):
        raise errors.impossible("INVALID_BILLING_CYCLE_SEQUENCE", "Sequences begin at 1 and have no gaps.")
    if [cycle["tenure_type"] for cycle in cycles].count(REGULAR) != 1:
        raise errors.impossible("MISSING_REGULAR_BILLING_CYCLE", "A plan has one regular billing cycle.")
    if cycles[-1]["tenure_type"] != REGULAR:
        raise errors.impossible("INVALID_BILLING_CYCLE_SEQUENCE", "Trials come before the regular billing cycle.")
    if len({cycle["currency"] or cycles[-1]["currency"] for cycle in cycles}) > 1:
        raise errors.impossible("CURRENCY_MISMATCH", "All of the cycles have one currency.")
    return [{**cycle, "currency": cycles[-1]["currency"]} for cycle in cycles]


def boundary(anchor: int, cycle: JsonObject, count: int) -> int:
    """The moment so many cycles after the anchor."""
    steps = count * int(cycle["interval_count"])
    unit = cycle["interval_unit"]
    return anchor + steps * UNITS[unit] if unit in UNITS else months_later(anchor, steps * MONTHS[unit])


def price(cycle: JsonObject, quantity: int) -> int:
    """What one cycle costs, in minor units."""
    return int(cycle["minor"]) * quantity


def shown(cycle: JsonObject) -> JsonObject:
    """As the API answers it."""
    told = {name: cycle[name] for name in ("tenure_type", "sequence", "total_cycles")}
    frequency = {name: cycle[name] for name in ("interval_unit", "interval_count")}
    fixed = {"version": 1, "fixed_price": money.shown(Amount(cycle["minor"], cycle["currency"]))}
    return {**told, "frequency": frequency, "pricing_scheme": fixed}


def _cycle(fields: Fields) -> JsonObject:
    fields.only("frequency", "tenure_type", "sequence", "total_cycles", "pricing_scheme")
    fields.require("frequency", "tenure_type", "sequence")
    tenure, frequency = fields.choice("tenure_type", (REGULAR, TRIAL)), fields.group("frequency")
    frequency.only("interval_unit", "interval_count")
    frequency.require("interval_unit")
    unit = frequency.choice("interval_unit", (*UNITS, *MONTHS)) or ""
    total = fields.whole("total_cycles", 0, TOTAL_MAX)
    amount = _price(fields, tenure == REGULAR)
    if tenure == TRIAL and total == 0:
        raise errors.impossible("INVALID_TRIAL_BILLING_TOTAL_CYCLES", "A trial ends.", fields.pointer("total_cycles"))
    return {
        "tenure_type": tenure,
        "sequence": fields.whole("sequence", 1, 99),
        "total_cycles": 1 if total is None else total,
        "interval_unit": unit,
        "interval_count": frequency.whole("interval_count", 1, COUNTS_MAX[unit]) or 1,
        "minor": amount.minor if amount else 0,
        "currency": amount.currency if amount else None,
    }


def _price(fields: Fields, is_regular: bool) -> Amount | None:
    if is_regular:
        fields.require("pricing_scheme")
    scheme = fields.group("pricing_scheme")
    scheme.only("fixed_price")
    amount = money.read(scheme, "fixed_price")
    if is_regular:
        scheme.require("fixed_price")
    if amount is not None:
        money.must_not_be_negative(amount, scheme.pointer("fixed_price"))
    return amount


def _sequence(cycle: JsonObject) -> int:
    return int(cycle["sequence"])
