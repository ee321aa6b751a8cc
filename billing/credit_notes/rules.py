"""Pure rules of credit notes: what of an invoice's lines an amount takes back, and at which tax."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.money import divide_half_up


@dataclass(frozen=True, slots=True)
class Part:
    """Net and tax of one line of an invoice, in minor units of its currency; below zero where the line gave back."""

    line_id: UUID
    tax_key: tuple[str, int]
    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        """With tax."""
        return self.net_minor + self.tax_minor


def gross_of(parts: Iterable[Part]) -> int:
    """Parts with their tax, together."""
    return sum(part.gross_minor for part in parts)


def take_back(left: Sequence[Part], amount_minor: int, step: int = 1) -> list[Part]:
    """How an amount with tax is taken out of what is `left` of the lines, each by its share of the whole.

    The tax of each rate goes back in the share of its own gross, rounded half away from zero, so it is the invoice's
    rate whatever counts today. Parts are multiples of `step` minor units. Taking back all takes back exactly what is
    left, line by line: so a row of credit notes never adds up to another tax than the invoice had.

    Raises ValueError for nothing, and for more than is left.
    """
    whole_minor = gross_of(left)
    if not 0 < amount_minor <= whole_minor:
        raise ValueError(f"{amount_minor} of {whole_minor}")
    if amount_minor == whole_minor:
        return [part for part in left if part.net_minor or part.tax_minor]
    rates = list({part.tax_key: None for part in left})
    of_rate = [[part for part in left if part.tax_key == key] for key in rates]
    shares = spread(amount_minor, [gross_of(parts) for parts in of_rate], step)
    return [taken for parts, share in zip(of_rate, shares, strict=True) for taken in _of_one_rate(parts, share, step)]


def _of_one_rate(parts: Sequence[Part], share_minor: int, step: int) -> list[Part]:
    gross_minor = gross_of(parts)
    if not share_minor or not gross_minor:
        return []
    tax_left = sum(part.tax_minor for part in parts)
    sign = 1 if gross_minor > 0 else -1
    tax_minor = divide_half_up(share_minor * tax_left * sign, abs(gross_minor) * step) * step
    nets = spread(share_minor - tax_minor, [part.net_minor for part in parts], step)
    taxes = spread(tax_minor, [part.tax_minor for part in parts], step)
    taken = [Part(part.line_id, part.tax_key, net, tax) for part, net, tax in zip(parts, nets, taxes, strict=True)]
    return [part for part in taken if part.net_minor or part.tax_minor]


def spread(amount: int, weights: Sequence[int], step: int = 1) -> list[int]:
    """An amount in the proportion of weights, by largest remainder: together the shares are exactly the amount.

    All are multiples of `step`, as is the amount. Weights may be below zero; they sum to zero only if the amount does.
    """
    whole = sum(weights)
    if not amount:
        return [0] * len(weights)
    if whole < 0:
        return spread(amount, [-weight for weight in weights], step)
    exact = [divmod(amount * weight, whole * step) for weight in weights]
    missing = amount // step - sum(share for share, _ in exact)
    # the earlier of two equal remainders comes first, so that the same note always has the same lines
    raised = sorted(range(len(weights)), key=lambda place: (-exact[place][1], place))[:missing]
    return [(share + (place in raised)) * step for place, (share, _) in enumerate(exact)]


def voided_cause(invoice_id: UUID) -> str:
    """The cause of all that follows when an issued invoice is void."""
    return f"invoice_voided/{invoice_id}"
