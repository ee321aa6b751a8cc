"""Rates of tax by country and day, and what operations cost in credits: never edited, but followed by later ones."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ingress.queries.filters import Filter
from ingress.queries.price_list import TaxRateFilter, tax_rates
from ingress.queries.usage import all_costs
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field, millionths_of
from portal.console.lists import Listed
from portal.console.showing import Look
from portal.refused import not_found
from schemas.commands.price_list import SetTaxRate
from schemas.commands.usage import SetCreditCost
from schemas.views.base import Page

READS_TAXES, READS_COSTS = "price_list:read", "credit_costs:read"
TAXES, COSTS = "/admin/tax-rates", "/admin/credit-costs"
ROUNDINGS = {"up": "up", "down": "down", "half_up": "to the nearest"}
OF_COST = ("operation", "name", "unit", "credits", "per_quantity", "rounding")


def _costs(session: Session, _: Filter) -> Page[Any]:
    return Page(data=all_costs(session).data, next_cursor=None)


def _to_follow(look: Look, cost_id: UUID) -> Told:
    """A price that follows one begins as that is."""
    found = next((each for each in look.at(READS_COSTS, all_costs).data if each.id == cost_id), None)
    if found is None:
        raise not_found()
    facts = [Fact("Operation", found.operation), Fact("Since", at=found.valid_from)]
    return Told(facts, {name: str(getattr(found, name)) for name in OF_COST})


def _to_price(path: str, title: str, fields: tuple[Field, ...], read: Any) -> Deed:
    return Deed(
        path=path, command=SetCreditCost, about="", reads=READS_COSTS, read=read, title=title, button="Set it",
        back=COSTS, says=("What was used before costs what it cost then.",),
        fields=(
            *fields,
            Field("name", "Name", hint="As customers read it."),
            Field("unit", "Unit", hint="What is counted, as page."),
            Field("credits", "Credits", "whole"),
            Field("per_quantity", "For every", "whole", "So many units; empty: for each.", is_needed=False),
            Field("rounding", "Rounded", "choice", options=ROUNDINGS),
            Field("valid_from", "From", "moment", "A day, like 2027-01-31; empty: from now on.", is_needed=False),
        ),
    )  # fmt: skip


LISTS = (
    Listed(
        TAXES, "console/tax_rates.html", READS_TAXES, TaxRateFilter, tax_rates, ("country",),
        {"writes": SetTaxRate.permission},
    ),
    Listed(
        COSTS, "console/credit_costs.html", READS_COSTS, Filter, _costs, (), {"writes": SetCreditCost.permission},
    ),
)  # fmt: skip
DEEDS = (
    Deed(
        path=f"{TAXES}/new", command=SetTaxRate, about="", reads=READS_TAXES, read=lambda look, _: Told(()),
        title="Set a rate of tax", button="Set it", back=TAXES,
        says=(
            "It counts from that day on, until the next one that is known. Invoices keep what they were issued with.",
            "A day on which invoices were issued by another rate is refused.",
        ),
        fields=(
            Field("country", "Country", hint="Its two capital letters, like CH."),
            Field("name", "What invoices call it", hint="Like VAT."),
            Field("rate_ppm", "Per cent", hint="Like 8.1; 0 ends a tax.", read=millionths_of),
            Field("valid_from", "From", "day", "A day of UTC, like 2027-01-31."),
        ),
    ),
    _to_price(
        f"{COSTS}/new", "Price an operation", (Field("operation", "Operation", hint="As the product says it."),),
        lambda look, _: Told(()),
    ),
    _to_price(f"{COSTS}/{{id}}/next", "Set the next price", (Field("operation", kind="hidden"),), _to_follow),
)  # fmt: skip
