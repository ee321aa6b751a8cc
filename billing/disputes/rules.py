"""Pure rules of disputes: out of what their money is taken, and what they claim of each invoice until then."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

# of each invoice so much, in minor units of one currency
Shares = Sequence[tuple[UUID, int]]


@dataclass(frozen=True, slots=True)
class Claim:
    """What disputes of a payment have taken and was not taken out of anything yet, and where that can be.

    Minor units of one currency: what the payment has `paid` of invoices, what is kept of it, and what `others` there is
    that is kept for its account.
    """

    payment_id: UUID
    amount_minor: int
    paid: Shares
    own_minor: int = 0
    others_minor: int = 0


@dataclass(frozen=True, slots=True)
class Bearing:
    """What invoices can bear of claims, in minor units.

    `covered` is what has paid of each and is on no credit note. Those of one subscription are `together`, by a common
    id, and have `sold` what changes of plan have not given back of it.
    """

    covered: Mapping[UUID, int]
    together: Mapping[UUID, UUID]
    sold: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Met:
    """Out of what a claim is met: kept money and invoices. What is `missing_minor` fits neither."""

    kept_minor: int
    invoices: Shares
    missing_minor: int

    @property
    def on_invoices_minor(self) -> int:
        """What that is of all invoices together."""
        return sum(minor for _, minor in self.invoices)


def meet_claims(claims: Iterable[Claim], bearing: Bearing) -> dict[UUID, Met]:
    """By payment, out of what its claim is met; two payments of one invoice together take no more of it than is there.

    There is one order, whether a bank has decided or not: so what is contested of an invoice is what it will owe. What
    is kept of the payment comes first: nobody owes anything for that. Then what it paid, as far as that was sold and
    not given back by a change of plan since; what was given back is kept, so that other kept money comes next. If that
    is spent, it is taken out of what the payment paid all the same.
    """
    left, met = _Left(bearing), {}
    for claim in claims:
        own = min(claim.amount_minor, claim.own_minor)
        sold = left.take(claim.amount_minor - own, claim.paid, is_sold=True)
        missing = claim.amount_minor - own - sum(sold.values())
        others = min(missing, claim.others_minor)
        rest = [(each, minor - sold[each]) for each, minor in claim.paid]
        given_back = left.take(missing - others, rest, is_sold=False)
        shares = [(each, sold[each] + given_back[each]) for each, _ in claim.paid if sold[each] + given_back[each]]
        met[claim.payment_id] = Met(own + others, shares, missing - others - sum(given_back.values()))
    return met


class _Left:
    """What claims leave of invoices, one after the other."""

    def __init__(self, bearing: Bearing) -> None:
        self._covered, self._sold = dict(bearing.covered), dict(bearing.sold)
        self._together = bearing.together

    def take(self, amount_minor: int, paid: Shares, *, is_sold: bool) -> Counter[UUID]:
        """Of each invoice what it bears, the first of them first; with `is_sold` only of what is not given back."""
        taken: Counter[UUID] = Counter()
        for invoice_id, minor in paid:
            together = self._together[invoice_id]
            share = min(amount_minor, minor, self._covered[invoice_id])
            share = max(min(share, self._sold[together]) if is_sold else share, 0)
            self._covered[invoice_id] -= share
            self._sold[together] -= share
            amount_minor -= share
            taken[invoice_id] = share
        return taken


def rest_of(claim: Claim, met: Met) -> Shares:
    """What the payment has paid of each invoice and its claim is not met out of."""
    taken = dict(met.invoices)
    return [(each, minor - taken.get(each, 0)) for each, minor in claim.paid]


def spread(amount_minor: int, paid: Iterable[tuple[UUID, int]]) -> Shares:
    """So much of what was taken or paid of each, the first of them first."""
    shares = []
    for invoice_id, minor in paid:
        share = min(amount_minor, minor)
        if share > 0:
            shares.append((invoice_id, share))
            amount_minor -= share
    return shares
