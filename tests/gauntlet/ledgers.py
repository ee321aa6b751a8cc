"""The gateways' own books, in one shape."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from gateways.paypal.shapes import marks_of
from gateways.stripe.shapes import attempt_mark
from stack.shopper import Shopper
from tests.gauntlet.plan import PAYPAL, STRIPE

Json = dict[str, Any]


class Taken(NamedTuple):
    """Money that was taken, as either side tells it."""

    charge_ref: str
    attempt_id: str
    payment_ref: str
    amount_minor: int
    currency: str


class Ledger(NamedTuple):
    """One gateway's: what it took and gave back, and what it holds per currency in minor units."""

    taken: Sequence[Taken]
    refunds: Sequence[Json]
    totals: Mapping[str, int]


def ledger_of(shopper: Shopper, gateway: str) -> Ledger:
    """As the sandbox tells it now."""
    path, name, told = LEDGERS[gateway]
    theirs = shopper.sandbox("GET", path)
    return Ledger([told(row) for row in theirs[name]], theirs["refunds"], theirs["totals"])


def _by_stripe(charge: Json) -> Taken:
    """A checkout bears our mark as its reference, the charge of a saved card among its metadata."""
    attempt_id = charge["client_reference_id"] or attempt_mark(charge)
    return Taken(charge["id"], attempt_id, charge["payment_intent"], charge["amount"], charge["currency"].upper())


def _by_paypal(capture: Json) -> Taken:
    attempt_id, _ = marks_of(capture["custom_id"])
    return Taken(capture["id"], attempt_id, capture["id"], capture["amount"], capture["currency"])


LEDGERS: dict[str, tuple[str, str, Callable[[Json], Taken]]] = {
    STRIPE: ("/sandbox/ledger", "charges", _by_stripe),
    PAYPAL: ("/sandbox/paypal/ledger", "captures", _by_paypal),
}
