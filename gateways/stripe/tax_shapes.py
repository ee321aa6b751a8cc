"""Tax rates in Stripe's words and in ours. Pure. https://docs.stripe.com/api/tax_rates/object"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateways.stripe.answers import reader
from gateways.stripe.shapes import TAX_MARK, Json, inside, mark, reference
from schemas.facts.terms import TaxRateFact, TaxRateRequest

PPM_PER_PERCENT = 10_000
PARTS_PER_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class LineTax:
    """The taxes of one invoice line together, in Stripe's units: how much, and how much of it is in the price."""

    name: str
    rate_ppm: int
    amount: int
    included: int


def tax_mark(request: TaxRateRequest) -> str:
    """What our rate is found again by: Stripe gives its id, and there may be several of one percentage."""
    return f"{request.country}/{request.rate_ppm}/{request.name}"


def tax_parameters(request: TaxRateRequest) -> dict[str, Any]:
    """A rate on top of prices."""
    return {
        "display_name": request.name,
        "percentage": str(Decimal(request.rate_ppm) / PPM_PER_PERCENT),
        "inclusive": False,
        "country": request.country,
        "metadata": {TAX_MARK: tax_mark(request)},
    }


def tax_rates_of(rates: Iterable[Json]) -> tuple[TaxRateFact, ...]:
    """The rates that a subscription has by itself."""
    return tuple(
        TaxRateFact(rate["id"], rate["display_name"], _ppm(rate), is_ours=bool(mark(rate, TAX_MARK))) for rate in rates
    )


@reader
def rates_shown(invoice: Json) -> dict[str, Json]:
    """The rates that an invoice has by itself, by id."""
    return {rate["id"]: rate for rate in invoice.get("default_tax_rates") or ()}


@reader
def rates_on(lines: Iterable[Json]) -> set[str]:
    """The ids of all rates that lines were taxed by."""
    return {_rate_of(tax) for line in lines for tax in _taxes(line)} - {""}


def line_tax(line: Json, rates: Mapping[str, Json]) -> LineTax:
    """What a line was taxed with; `rates` are those known, by id. Of a tax without a rate its amount tells it."""
    taxes = [tax for tax in _taxes(line) if tax["amount"]]
    names = [rates[_rate_of(tax)]["display_name"] if _rate_of(tax) in rates else "Tax" for tax in taxes]
    return LineTax(
        name=" + ".join(dict.fromkeys(names)),
        rate_ppm=sum(_ppm(rates[_rate_of(tax)]) if _rate_of(tax) in rates else _effective_ppm(tax) for tax in taxes),
        amount=sum(tax["amount"] for tax in taxes),
        included=sum(tax["amount"] for tax in taxes if _is_included(tax)),
    )


def _taxes(line: Json) -> list[Json]:
    """Before 2025-03-31.basil they were `tax_amounts`."""
    return list(line.get("taxes") or line.get("tax_amounts") or ())


def _rate_of(tax: Json) -> str:
    return reference(inside(tax, "tax_rate_details").get("tax_rate")) or reference(tax.get("tax_rate"))


def _is_included(tax: Json) -> bool:
    return bool(tax.get("tax_behavior") == "inclusive" or tax.get("inclusive"))


def _ppm(rate: Json) -> int:
    return int(Decimal(str(rate["percentage"])) * PPM_PER_PERCENT)


def _effective_ppm(tax: Json) -> int:
    taxable = tax.get("taxable_amount") or tax["amount"]
    return round(Decimal(tax["amount"]) * PARTS_PER_MILLION / Decimal(taxable))
