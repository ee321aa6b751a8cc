"""One call that charges a card, or looks for what an earlier one did. Runs in a thread and writes nothing."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

import logs
from billing.clocks.wall import Wall
from billing.dunning.declines import NO_CARD
from billing.errors import Rejected, Unavailable
from billing.outcomes.record_outcome import PaymentContradiction
from billing.payments.begin_charges import Step, is_wanted, step
from billing.payments.queries import CLOCK_TOLERANCE, Charge
from gateways.gateway import Capability, Gateway
from schemas.facts.payments import ChargeRequest, PaymentFact, PaymentStatus, never_came
from workers import claims

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChargeCall:
    """One call to be made: no earlier than its slot and not after `begin_by`, both on the monotonic clock.

    `is_last_heard` when no earlier call can still be under way, so that what the gateway does not show was never made.
    """

    charge: Charge
    is_look_first: bool
    is_last_heard: bool
    fresh_key: str
    slot: float
    begin_by: float


def call_gateway(gateway: Gateway, call: ChargeCall, log_context: Mapping[str, str]) -> PaymentFact | None:
    """The gateway's answer; None when the charge is not wanted any more and the gateway has none either.

    What was never sent to a card that was taken away has expired. A look is a call beyond the slot; it is rare. Raises
    Unavailable.
    """
    logs.bind(**log_context)
    request = call.charge.request
    if step(call.charge) is Step.REFUSE:
        return _never_sent(gateway, request)
    if call.is_look_first:
        found = look(gateway, call.charge)
        if found is None and not call.is_last_heard:
            raise Unavailable("an earlier call may still be under way")
        if found is not None:
            return found
        if step(call.charge) is Step.ASK:
            return _never_sent(gateway, request) if is_wanted(call.charge) else None
        request = replace(request, idempotency_key=call.fresh_key)
    if time.monotonic() > call.begin_by:
        raise Unavailable("the lease would not outlive the call")
    return _charge(gateway, request)


def _never_sent(gateway: Gateway, request: ChargeRequest) -> PaymentFact:
    return never_came(gateway.name, request, PaymentStatus.EXPIRED, NO_CARD)


def look(gateway: Gateway, charge: Charge) -> PaymentFact | None:
    """What the gateway has of a charge. That it refuses to tell is for a person to look at, and no outcome."""
    after, before = charge.made_after, charge.made_before
    if not gateway.can(Capability.TEST_CLOCKS):  # it knows no time but the wall clock's
        after, before = charge.created_at - CLOCK_TOLERANCE, charge.asked_at + CLOCK_TOLERANCE
    try:
        return gateway.charges.find_charge(
            charge.request.attempt_id,
            customer_ref=charge.request.customer_ref,
            created_after=after,
            created_before=before,
        )
    except Rejected as refusal:
        raise PaymentContradiction(f"attempt {charge.attempt_id} cannot be looked up: {refusal}") from refusal


def look_once_more(gateway: Gateway, charge: Charge, wall: Wall) -> PaymentFact | None:
    """The same; but one that has been unwanted for so long that it would be known by now has expired."""
    found = look(gateway, charge)
    if (
        found is not None
        or charge.unwanted_since is None
        or is_unlisted(gateway, charge, wall.at - claims.LAST_ARRIVAL)
    ):
        return found
    return never_came(gateway.name, charge.request, PaymentStatus.EXPIRED)


def is_unlisted(gateway: Gateway, charge: Charge, at: datetime) -> bool:
    """Whether a gateway may not list by then what was sent last."""
    return charge.sent_at is not None and at < charge.sent_at + gateway.limits.charges_listed_after


def _charge(gateway: Gateway, request: ChargeRequest) -> PaymentFact:
    """A refusal is an outcome like a decline: the card cannot be charged this way, or none can be charged so little."""
    try:
        return gateway.charges.charge(request)
    except Rejected as refusal:
        if refusal.code == "idempotency_key_reused":
            raise PaymentContradiction(f"attempt {request.attempt_id} was sent with other parameters before") from None
        log.warning("charge_refused", code=refusal.code, detail=refusal.detail)
        return never_came(gateway.name, request, PaymentStatus.FAILED, refusal.code)
