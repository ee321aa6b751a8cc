"""A pending refund ends."""

from sandbox.json_types import JsonObject
from sandbox.paypal import ledger
from sandbox.paypal.captures import left
from sandbox.paypal.refunds import refunds
from sandbox.world import World


class NotPending(Exception):
    """The refund has ended already."""


def complete(world: World, refund: JsonObject) -> JsonObject:
    """The money has left. Raises NotPending."""
    done = _ended(world, refund, refunds.COMPLETED)
    ledger.record_refund(world, done)
    refunds.tell(world, "PAYMENT.CAPTURE.REFUNDED", done)
    return done


def fail(world: World, refund: JsonObject) -> JsonObject:
    """The money stays. Raises NotPending."""
    failed = _ended(world, refund, refunds.FAILED)
    left.lessen(world, refund["capture"], -refund["minor"])
    refunds.tell(world, "PAYMENT.REFUND.FAILED", failed)
    return failed


def _ended(world: World, refund: JsonObject, status: str) -> JsonObject:
    if refund["status"] != refunds.PENDING:
        raise NotPending(f"{refund['id']} is {refund['status']}")
    return refunds.change(world, refund, status=status)
