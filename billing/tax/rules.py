"""Pure rules of tax: once per rate and document, then spread over its lines.

EN 16931 wants the tax of a rate computed from the sum of its lines (BR-CO-17), and an e-invoice that adds up rounded
lines is refused.
"""

from collections.abc import Sequence

from billing.money import PARTS_PER_MILLION, Money, share_half_up
from billing.tax.decision import TaxDecision


def tax_of_lines(nets: Sequence[Money], taxes: Sequence[TaxDecision], step: int = 1) -> list[Money]:
    """The tax of each line of one document and one currency; lines of the same rate are taxed together.

    Each rate's sum is rounded once, half away from zero, and spread by largest remainder: every line gets its own tax
    rounded down or up, and together they are exactly the sum's. All are multiples of `step` minor units.
    """
    shares = [Money(0, net.currency) for net in nets]
    for key in {tax.key for tax in taxes if tax.rate_ppm}:
        places = [place for place, tax in enumerate(taxes) if tax.key == key]
        for place, share in zip(places, _spread([nets[place] for place in places], key[1], step), strict=True):
            shares[place] = share
    return shares


def _spread(nets: Sequence[Money], rate_ppm: int, step: int) -> list[Money]:
    """Counted in whole steps."""
    currency = nets[0].currency
    total = share_half_up(Money(sum(net.minor for net in nets), currency), rate_ppm, step).minor // step
    exact = [divmod(net.minor * rate_ppm, PARTS_PER_MILLION * step) for net in nets]
    missing = total - sum(whole for whole, _ in exact)
    # the earlier of two equal remainders comes first, so that the same document always has the same lines
    raised = sorted(range(len(nets)), key=lambda place: (-exact[place][1], place))[:missing]
    return [Money((whole + (place in raised)) * step, currency) for place, (whole, _) in enumerate(exact)]
