"""Our prices as PayPal's plans. Pure. https://developer.paypal.com/docs/api/subscriptions/v1/#plans"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from billing.money import Money
from gateways.paypal.amounts import from_paypal, to_paypal
from gateways.paypal.answers import reader
from gateways.paypal.shapes import PRICE_MARK, Json, first_under, items_of, marked, text
from schemas.facts.terms import PriceRequest

# PayPal lets a subscriber change to a plan of the same product only, so all our plans are of one.
PRODUCT_ID = "cashbeat-subscriptions"
PRODUCT = {"id": PRODUCT_ID, "name": "Subscriptions", "type": "SERVICE"}
NAME_CHARACTERS_MAX = 127

REGULAR = "REGULAR"
UNITS = {"month": "MONTH", "year": "YEAR"}
MONTHS: Mapping[str, int] = {"MONTH": 1, "YEAR": 12}
FOR_EVER = 0

# A payment that fails is tried twice more by PayPal. Then the subscription is suspended, and what was not paid is left:
# each payment that comes is for one period, whose price it is.
# https://developer.paypal.com/docs/subscriptions/customize/payment-failure-retry/
PREFERENCES = {"auto_bill_outstanding": False, "payment_failure_threshold": 1}


class Plan(NamedTuple):
    """A plan at PayPal: so much for so many months. `price_id` is ours, empty for a plan that a person has made."""

    price_ref: str
    price_id: str
    name: str
    amount: Money
    months: int


def plan_request(request: PriceRequest) -> dict[str, Any]:
    """Depends on the request alone. Our id lies in the description, which nobody but the shop sees."""
    cycle = {
        "frequency": {"interval_unit": UNITS[request.interval], "interval_count": 1},
        "tenure_type": REGULAR,
        "sequence": 1,
        "total_cycles": FOR_EVER,
        "pricing_scheme": {"fixed_price": to_paypal(request.amount_minor, request.currency)},
    }
    return {
        "product_id": PRODUCT_ID,
        "name": request.product[:NAME_CHARACTERS_MAX],
        "description": marked(PRICE_MARK, request.price_id),
        "billing_cycles": [cycle],
        "payment_preferences": PREFERENCES,
    }


@reader
def plan_of(plan: Json) -> Plan:
    """What a plan asks for once its trials are over. Raises Unavailable for one by the day or week: none of ours."""
    (cycle,) = [each for each in items_of(plan, "billing_cycles") if each["tenure_type"] == REGULAR]
    return Plan(
        price_ref=plan["id"],
        price_id=price_id_of(plan),
        name=text(plan, "name"),
        amount=from_paypal(cycle["pricing_scheme"]["fixed_price"]),
        months=MONTHS[cycle["frequency"]["interval_unit"]] * cycle["frequency"].get("interval_count", 1),
    )


def price_id_of(plan: Json) -> str:
    """Our id of the price; empty for a plan that is none of ours."""
    return first_under(PRICE_MARK, plan.get("description"))


def is_same_plan(plan: Plan, request: PriceRequest) -> bool:
    """Whether it asks for just that."""
    wanted = Money(request.amount_minor, request.currency), MONTHS[UNITS[request.interval]]
    return (plan.amount, plan.months) == wanted
