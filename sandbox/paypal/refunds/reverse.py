"""A bank pulls a payment back, months later perhaps: nobody here was asked."""

from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.paypal.captures import captures, left
from sandbox.paypal.refunds import give_back, refunds
from sandbox.paypal.reporting import codes
from sandbox.world import World

NO_TEXTS: dict[str, str | None] = {"custom_id": None, "invoice_id": None, "note_to_payer": None}


class NothingToReverse(Exception):
    """The payment never arrived, or as much is not left of it."""


def reverse(world: World, capture: JsonObject, minor: int | None) -> JsonObject:
    """The reversal, which looks like a refund; all that is left, or so much of it. Raises NothingToReverse."""
    most = left.of(capture)
    wanted = most if minor is None else minor
    if capture["status"] not in captures.ARRIVED or not 0 < wanted <= most:
        raise NothingToReverse(f"{most} minor units are left of {capture['id']}, which is {capture['status']}")
    given = give_back.give_back(world, capture, wanted, NO_TEXTS, reason="CHARGEBACK")
    reversal = refunds.change(world, given, status=refunds.COMPLETED)
    ledger.record_adjustment(
        world, {**reversal, "of": reversal["id"], "reason": "REVERSAL", "code": codes.REVERSAL}, -wanted
    )
    refunds.tell(world, "PAYMENT.CAPTURE.REVERSED", reversal)
    return reversal
