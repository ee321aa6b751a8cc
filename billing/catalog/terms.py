"""What is bought, as values: a plan at a price, a service at a price."""

from dataclasses import dataclass
from uuid import UUID

from billing.catalog.tables import Interval
from billing.money import Money

MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """A version of a plan at one price per interval. `credits` are those of the whole period; no limit is None.

    `step` is what amounts of its currency are multiples of, as all gateways take them, in minor units.
    """

    price_id: UUID
    plan_slug: str
    plan_name: str
    version: int
    interval: Interval
    price: Money
    credits: int
    credits_roll_over: bool
    trial_days: int
    sites_max: int | None
    users_max: int | None
    step: int = 1

    @property
    def months(self) -> int:
        """Length of a period."""
        return MONTHS[self.interval]


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """A service at a price: once, or per month; `step` as above."""

    price_id: UUID
    service_slug: str
    service_name: str
    interval: Interval
    price: Money
    step: int = 1


@dataclass(frozen=True, slots=True)
class Addition:
    """A service that is billed beside the plan."""

    terms: ServiceTerms
    quantity: int
