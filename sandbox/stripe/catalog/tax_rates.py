"""Tax rates, and what they come to on lines (https://docs.stripe.com/api/tax_rates)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import amounts, errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.api.previous import put_update
from sandbox.stripe.events import events
from sandbox.world import World

KIND = "tax_rate"
NAME_LENGTH_MAX = 50
# https://docs.stripe.com/api/tax_rates/create, percentage
DECIMALS_MAX = 4
TEXTS = ("country", "description", "jurisdiction", "state")
WRITABLE = (*TEXTS, "active", "display_name", "metadata", "tax_type")
TYPES = ("gst", "hst", "igst", "jct", "pst", "qst", "rst", "sales_tax", "vat")


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/tax_rates: its percentage is for ever"""
    params = call.params
    params.only(*WRITABLE, "inclusive", "percentage")
    params.required_text("display_name")
    if not params.given("inclusive"):
        raise errors.missing("inclusive")
    percentage = _percentage(params)
    known = {"percentage": percentage, "effective_percentage": percentage, "inclusive": params.flag("inclusive")}
    empty = blank(KIND, id=new_id("txr"), created=world.clock.now(), **known)
    rate = world.store.put(KIND, {**empty, **_wishes(params, empty)})
    events.emit(world, "tax_rate.created", rate, call.cause)
    return rate


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/tax_rates/{tax_rate}"""
    call.params.only(*WRITABLE)
    return put_update(world, before, _wishes(call.params, before), call.cause)


def named(world: World, params: Params, field: str = "default_tax_rates") -> list[JsonObject]:
    """The rates that a parameter lists by their ids. Raises for one that is not there, or was archived."""
    if not params.fields.get(field):
        return []
    return [_standing(world, rate_id, params.name(field)) for rate_id in params.texts(field)]


def taxed(lines: Sequence[JsonObject], rates: Sequence[JsonObject]) -> list[JsonObject]:
    """Invoice lines with what the rates come to, discounts taken off before."""
    return [{**line, "taxes": taxes_of(_after_discounts(line), line["currency"], rates)} for line in lines]


def taxes_of(amount: int, currency: str, rates: Sequence[JsonObject]) -> list[JsonObject]:
    """The taxes on an amount in minor units; each is rounded by itself, half away from zero."""
    net = amount / (1 + sum((_share(rate) for rate in rates if rate["inclusive"]), Decimal(0)))
    return [
        {
            "amount": _rounded((net if rate["inclusive"] else amount) * _share(rate), currency),
            "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
            "tax_rate_details": {"tax_rate": rate["id"]},
            "taxability_reason": "not_available",
            "taxable_amount": _rounded(net, currency) if rate["inclusive"] else amount,
            "type": "tax_rate_details",
        }
        for rate in rates
    ]


def total_taxes(lines: Sequence[JsonObject]) -> list[JsonObject]:
    """What each rate comes to on all lines together."""
    totals: dict[str, JsonObject] = {}
    for tax in (tax for line in lines for tax in line["taxes"]):
        rate_id = tax["tax_rate_details"]["tax_rate"]
        known = totals.get(rate_id, {**tax, "amount": 0, "taxable_amount": 0})
        sums = {name: known[name] + tax[name] for name in ("amount", "taxable_amount")}
        totals[rate_id] = {**known, **sums}
    return list(totals.values())


def sum_of(taxes: Sequence[JsonObject], behavior: str) -> int:
    """Those that are added to amounts (`exclusive`), or those that are in them (`inclusive`)."""
    return sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == behavior)


def _after_discounts(line: JsonObject) -> int:
    return int(line["amount"]) - sum(int(part["amount"]) for part in line["discount_amounts"])


def _share(rate: JsonObject) -> Decimal:
    return Decimal(str(rate["percentage"])) / 100


def _rounded(exact: Decimal, currency: str) -> int:
    """To what the currency can be charged in: whole krónur, whole shillings."""
    step = amounts.STEPS.get(currency, 1)
    return int((exact / step).quantize(Decimal(1), ROUND_HALF_UP)) * step


def _percentage(params: Params) -> float:
    value = params.required_text("percentage")
    try:
        percent = Decimal(value)
    except InvalidOperation as problem:
        raise errors.invalid(f"Invalid decimal: {value}", param="percentage") from problem
    is_short = percent.is_finite() and percent == round(percent, DECIMALS_MAX)
    if not (is_short and 0 <= percent <= 100):
        raise errors.invalid(f"Invalid percentage, {DECIMALS_MAX} decimals at most: {value}", param="percentage")
    return float(percent)


def _wishes(params: Params, before: JsonObject) -> JsonObject:
    wishes: JsonObject = {name: params.text(name) for name in TEXTS if params.given(name)}
    wishes["active"] = params.flag("active", default=before["active"])
    wishes["metadata"] = merged_metadata(before["metadata"], params)
    if params.given("display_name"):
        wishes["display_name"] = params.text("display_name", NAME_LENGTH_MAX)
    if params.given("tax_type"):
        wishes["tax_type"] = params.choice("tax_type", TYPES)
    return wishes


def _standing(world: World, rate_id: str, param: str) -> JsonObject:
    rate = world.store.get(KIND, rate_id)
    if rate is None:
        raise errors.no_such("tax rate", rate_id, param)
    if not rate["active"]:
        raise errors.invalid(f"The tax rate {rate_id} is inactive.", param=param)
    return rate
