"""What the seller says to a dispute."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, moments
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.disputes import disputes, resolve
from sandbox.world import World

EVIDENCES_MAX = 100
NOTES_LENGTH_MAX = 2_000
TYPE = "[0-9A-Z_]+"


def accept(world: World, call: Call) -> JsonObject:
    """POST /v1/customer/disputes/{id}/accept-claim: the seller gives in, and the buyer gets the money."""
    dispute = _waiting(world, call)
    call.fields.only("note", "accept_claim_type", "accept_claim_reason")
    call.fields.text("note", NOTES_LENGTH_MAX)
    call.fields.text("accept_claim_reason", 255, TYPE)
    call.fields.choice("accept_claim_type", ("REFUND",))
    return resolve.resolve(world, dispute, resolve.ACCEPTED)


def provide_evidence(world: World, call: Call) -> JsonObject:
    """POST /v1/customer/disputes/{id}/provide-evidence: PayPal reviews it."""
    dispute = _waiting(world, call)
    call.fields.only("evidences")
    call.fields.require("evidences")
    evidences = [_evidence(world, each) for each in call.fields.groups("evidences", EVIDENCES_MAX)]
    changes = {"evidences": [*dispute["evidences"], *evidences], "status": disputes.UNDER_REVIEW}
    reviewed = disputes.change(world, dispute, **changes)
    disputes.tell(world, "UPDATED", reviewed)
    return reviewed


def _evidence(world: World, fields: Fields) -> JsonObject:
    fields.only("evidence_type", "notes", "evidence_info")
    evidence = {
        "evidence_type": fields.required_text("evidence_type", 255, TYPE),
        "notes": fields.text("notes", NOTES_LENGTH_MAX),
        "evidence_info": fields.group("evidence_info").content or None,
    }
    given = {name: value for name, value in evidence.items() if value is not None}
    return {**given, "source": "SUBMITTED_BY_SELLER", "date": moments.shown(world.clock.now())}


def _waiting(world: World, call: Call) -> JsonObject:
    dispute = disputes.of_path(world, call)
    if dispute["status"] != disputes.WAITS_FOR_SELLER:
        wrong = "The dispute does not wait for the seller."
        raise errors.impossible("ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE", wrong)
    return dispute
