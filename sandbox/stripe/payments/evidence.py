"""Evidence against a dispute: texts only, since no file can be uploaded here (https://docs.stripe.com/api/disputes/update)."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.params import Params

# the words of `uncategorized_text` that decide a test dispute: https://docs.stripe.com/testing#evidence
WINS, LOSES, ESCALATES = "winning_evidence", "losing_evidence", "escalate_inquiry_evidence"
TEXT_LENGTH_MAX = 20_000
# of all of it together
TOTAL_LENGTH_MAX = 150_000
TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)


def changes(params: Params, dispute: JsonObject) -> JsonObject:
    """The dispute's evidence and its details, with what the form says; an empty text takes one away."""
    given = params.group("evidence")
    given.only(*TEXTS)
    said = {name: given.text(name, TEXT_LENGTH_MAX) for name in TEXTS if given.given(name)}
    evidence = {**dispute["evidence"], **said}
    texts = [value for name, value in evidence.items() if name in TEXTS and value]
    if sum(map(len, texts)) > TOTAL_LENGTH_MAX:
        raise errors.invalid("The combined character count of all evidence is limited to 150,000.", param="evidence")
    is_submitted = params.given("evidence") and params.flag("submit", default=True)
    details = dispute["evidence_details"]
    count = details["submission_count"] + is_submitted
    return {
        "evidence": evidence,
        "evidence_details": {**details, "has_evidence": bool(texts), "submission_count": count},
    }
