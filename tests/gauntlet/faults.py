"""What goes wrong at the gateways during a run."""

from stack.shopper import Shopper
from tests.gauntlet.plan import ANSWER_LOST_RATE, COPIES, PAYPAL, REFUSED_RATE, REORDER_SECONDS, Plan

Fault = dict[str, object]

TOKEN_SECONDS = 30
FAULTS: tuple[Fault, ...] = (
    {"kind": "duplicate", "copies": COPIES},
    {"kind": "reorder", "window_seconds": REORDER_SECONDS},
    {"kind": "answer_lost", "rate": ANSWER_LOST_RATE, "method": "POST", "path": "/v1/checkout/sessions"},
    {"kind": "answer_lost", "rate": ANSWER_LOST_RATE, "method": "POST", "path": "/pay/"},
    {"kind": "answer_lost", "rate": ANSWER_LOST_RATE, "method": "POST", "path": "/emails"},
)


def arm(plan: Plan, shopper: Shopper) -> None:
    """All faults that the plan has to do with; and PayPal's tokens are short-lived."""
    faults = [*FAULTS]
    if plan.renewals:
        faults += _of_money("/v1/payment_intents")
    if plan.refunds:
        faults += _of_money("/v1/refunds")
    if PAYPAL in plan.gateways:
        lost = {"kind": "answer_lost", "rate": ANSWER_LOST_RATE, "method": "POST", "path": "/paypal/checkoutnow"}
        faults += [lost, *_of_money("/paypal/v2/checkout/orders"), *_of_money("/paypal/v2/payments/captures")]
        shopper.sandbox("PATCH", "/sandbox/options", {"paypal_token_seconds": TOKEN_SECONDS})
    for fault in faults:
        shopper.sandbox("POST", "/sandbox/faults", fault)


def _of_money(path: str) -> list[Fault]:
    """Of calls that take or give back: half of the 500s come after the money has moved."""
    kinds: tuple[Fault, ...] = (
        {"kind": "answer_lost", "rate": ANSWER_LOST_RATE},
        {"kind": "500", "rate": REFUSED_RATE / 2, "stage": "during"},
        {"kind": "500", "rate": REFUSED_RATE / 2, "stage": "after"},
        {"kind": "429", "rate": REFUSED_RATE},
    )
    return [{"method": "POST", "path": path, **kind} for kind in kinds]
