"""Pure rules of refunds: out of which money an amount goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Paid:
    """What a receipt has paid of an invoice, and what of that invoice no credit note has taken back, in minor units."""

    invoice_id: UUID
    paid_minor: int
    creditable_minor: int


@dataclass(frozen=True, slots=True)
class Shares:
    """Out of what an amount goes back: kept money, invoices that are still owed or are credited, and what fits none."""

    kept_minor: int
    unsettled_minor: int
    credited: tuple[tuple[UUID, int], ...]
    missing_minor: int


@dataclass(frozen=True, slots=True)
class Sources:
    """What money there is to go back, in minor units: see `Refundable`."""

    own_minor: int
    unsettled_minor: int
    paid: Sequence[Paid]
    others_minor: int


def share_out(amount_minor: int, sources: Sources) -> Shares:
    """First what is kept of the payment itself, then what it paid of invoices that are owed: nothing is corrected.

    Then what it paid of settled ones. What else is kept comes last, so that the order of two refunds decides nothing.
    """
    own = min(amount_minor, sources.own_minor)
    unsettled = min(amount_minor - own, sources.unsettled_minor)
    missing = amount_minor - own - unsettled
    credited = _credited(missing, sources.paid)
    missing -= sum(minor for _, minor in credited)
    others = min(missing, sources.others_minor)
    return Shares(own + others, unsettled, credited, missing - others)


def _credited(amount_minor: int, paid: Sequence[Paid]) -> tuple[tuple[UUID, int], ...]:
    credited = []
    for each in paid:
        share = min(amount_minor, each.paid_minor, each.creditable_minor)
        if share > 0:
            credited.append((each.invoice_id, share))
            amount_minor -= share
    return tuple(credited)


def in_steps(amount_minor: int, left_minor: int, step: int) -> int:
    """An amount rounded down to a multiple of a step, but all that is left as it is."""
    return amount_minor if amount_minor == left_minor else amount_minor - amount_minor % step
