"""Invoices with fractions of a currency that has none, as Stripe's prorations make them of krónur and shillings.

Our books hold minor units of ISO 4217, here whole ones. The fraction stays in the customer's balance at Stripe until it
comes to a whole one, and the books follow that: of each invoice they hold what is asked for and by how much the balance
moves, both in whole units, and the lines are brought to that sum. Over any number of invoices nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import replace

from gateways.stripe.amounts import from_stripe
from gateways.stripe.shapes import Json
from schemas.facts.invoices import GatewayLineFact


def total_of(invoice: Json) -> int:
    """An invoice's total in our minor units: where it has no fractions, simply that."""
    total, due, currency = invoice["total"], invoice["amount_due"], invoice["currency"]
    before, after = invoice.get("starting_balance") or 0, invoice.get("ending_balance")
    if after is None or total != due - before + after:
        return from_stripe(total, currency)
    return from_stripe(due, currency) - from_stripe(before, currency) + from_stripe(after, currency)


def add_up(lines: Sequence[GatewayLineFact], lost: Sequence[int], total_minor: int) -> tuple[GatewayLineFact, ...]:
    """Lines whose sum is a total: single units go to those that lost most by rounding, or come from those that gained.

    `lost` is how much of each line's net amount was rounded away, in Stripe's units.
    """
    added = list(lines)
    missing = total_minor - sum(line.net_minor + line.tax_minor for line in lines)
    sign = 1 if missing > 0 else -1
    in_turn = sorted(range(len(lines)), key=lambda place: -sign * lost[place])
    for count in range(abs(missing)):
        place = in_turn[count % len(in_turn)]
        added[place] = replace(added[place], net_minor=added[place].net_minor + sign)
    return tuple(added)
