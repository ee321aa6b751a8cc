"""What a gateway must know before it can bill it: prices, discounts and rates of tax."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """A recurring price the gateway must know before it can bill it. `price_id` is ours and never changes its meaning.

    `interval` is month or year; `amount_minor` minor units of `currency` per interval.
    """

    price_id: str
    product: str
    currency: str
    amount_minor: int
    interval: str


@dataclass(frozen=True, slots=True)
class CouponRequest:
    """A discount the gateway must know. Either `percent_ppm` or `amount_minor` of `currency` is not zero.

    `periods` is how many billing periods it lasts: 0 for ever. `interval`, month or year, is how long such a period is:
    a gateway may count in months only.
    """

    coupon_id: str
    name: str
    percent_ppm: int
    amount_minor: int
    currency: str
    periods: int
    interval: str = "month"


@dataclass(frozen=True, slots=True)
class TaxRateRequest:
    """A rate of tax, on top of prices, that the gateway must know before it can bill it: 190_000 ppm are 19 %."""

    country: str
    name: str
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class TaxRateFact:
    """A rate of tax at the gateway. One that is not ours was given to the subscription by a person there."""

    tax_ref: str
    name: str
    rate_ppm: int
    is_ours: bool
