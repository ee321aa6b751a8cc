"""What operations cost, in credits: a price list of versions, and pure arithmetic on it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.usage.tables import CreditCost, Rounding

# versions of each operation, in the order in which they begin
PriceList = Mapping[str, Sequence[CreditCost]]


def load_costs(session: Session, operations: Collection[str]) -> PriceList:
    """All versions of these operations; one that has none is missing."""
    found = select(CreditCost).where(CreditCost.operation.in_(operations))
    versions: dict[str, list[CreditCost]] = defaultdict(list)
    for cost in session.scalars(found.order_by(CreditCost.operation, CreditCost.valid_from)):
        versions[cost.operation].append(cost)
    return versions


def cost_at(prices: PriceList, operation: str, at: datetime) -> CreditCost | None:
    """The version that is valid at an instant, if there is one."""
    versions = prices.get(operation, ())
    place = bisect_right(versions, at, key=lambda cost: cost.valid_from)
    return versions[place - 1] if place else None


def credits_for(cost: CreditCost, quantity: int) -> int:
    """Whole credits for so many units; the version says where a part of one goes."""
    whole, rest = divmod(quantity * cost.credits, cost.per_quantity)
    match cost.rounding:
        case Rounding.UP:
            return whole + (rest > 0)
        case Rounding.HALF_UP:
            return whole + (2 * rest >= cost.per_quantity)
        case _:
            return whole


def unknown_operation(operation: str) -> Rejected:
    """What is answered where an operation has no price at that time."""
    return Rejected("operation_unknown", f"There is no price for the operation {operation!r} at that time.", status=404)
