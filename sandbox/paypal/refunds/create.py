"""POST /v2/payments/captures/{capture_id}/refund"""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors, money
from sandbox.paypal.api.call import Call
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.captures import captures, left
from sandbox.paypal.disputes import disputes
from sandbox.paypal.refunds import give_back, refunds, settle
from sandbox.world import World

NOTE_LENGTH_MAX = 255
# https://www.paypal.com/us/cshelp/article/how-do-i-issue-a-refund-help101
LIMIT_SECONDS = 180 * 24 * 60 * 60


def create(world: World, call: Call) -> JsonObject:
    """Full without an `amount`, else a part, as often as something is left. Raises PayPalError."""
    return refund(world, captures.of_path(world, call), call.fields)


def refund(world: World, capture: JsonObject, fields: Fields) -> JsonObject:
    """The refund of a capture as these fields ask for it. Raises PayPalError."""
    fields.only("amount", "custom_id", "invoice_id", "note_to_payer")
    texts = {name: fields.text(name) for name in ("custom_id", "invoice_id")}
    texts["note_to_payer"] = fields.text("note_to_payer", NOTE_LENGTH_MAX)
    amount = money.read(fields, "amount", too_fine="DECIMALS_NOT_SUPPORTED")
    _must_be_refundable(world, capture)
    minor = _minor(fields, amount, capture)
    if minor < left.of(capture) and disputes.is_open_on(world, capture):
        wrong = "Partial refunds cannot be offered at this time because there is an open case on this transaction."
        raise errors.impossible("TRANSACTION_DISPUTED", wrong)
    _must_be_new(world, texts["invoice_id"])
    # one that bears no mark of its own inherits that of the payment
    marks = {**texts, "custom_id": texts["custom_id"] or capture["custom_id"]}
    given = give_back.give_back(world, capture, minor, marks)
    if capture["refunds_end"] == "complete":
        return settle.complete(world, given)
    refunds.tell(world, "PAYMENT.REFUND.PENDING", given)
    return given


def _must_be_refundable(world: World, capture: JsonObject) -> None:
    if capture["status"] == captures.PENDING:
        raise errors.impossible("PENDING_CAPTURE", "Cannot initiate a refund as the capture is pending.")
    if capture["status"] == captures.DECLINED:
        raise errors.impossible("REFUND_NOT_ALLOWED", "Capture cannot be refunded.")
    if capture["reason"] == "CHARGEBACK":
        wrong = "Refunds are not allowed on this capture due to a chargeback on the card or bank."
        raise errors.impossible("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", wrong)
    if capture["status"] == captures.REFUNDED:
        raise errors.impossible("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded")
    if world.clock.now() - capture["created"] > LIMIT_SECONDS:
        wrong = "You are over the time limit to perform a refund on this capture"
        raise errors.impossible("REFUND_TIME_LIMIT_EXCEEDED", wrong)


def _minor(fields: Fields, amount: money.Amount | None, capture: JsonObject) -> int:
    most = left.of(capture)
    if amount is None:
        return most
    money.must_be_positive(amount, fields.pointer("amount/value"))
    if amount.currency != capture["currency"]:
        wrong = "Refund must be in the same currency as the capture"
        raise errors.impossible("REFUND_CAPTURE_CURRENCY_MISMATCH", wrong, fields.pointer("amount/currency_code"))
    if amount.minor > most:
        wrong = "The refund amount must be less than or equal to the capture amount that has not yet been refunded."
        raise errors.impossible("REFUND_AMOUNT_EXCEEDED", wrong, fields.pointer("amount/value"))
    return amount.minor


def _must_be_new(world: World, invoice_id: str | None) -> None:
    if invoice_id and any(each["status"] != refunds.FAILED for each in _under(world, invoice_id)):
        wrong = "Invoice ID was previously used to refund a capture."
        raise errors.impossible("DUPLICATE_INVOICE_ID", wrong, "/invoice_id")


def _under(world: World, invoice_id: str) -> list[JsonObject]:
    return world.store.find(refunds.KIND, "invoice_id", invoice_id)
