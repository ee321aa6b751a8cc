"""PayPal's objects as it tells them, for what only the reading of them is tested of."""

from typing import Any

from tests.gateways.paypal.paypal_script import MERCHANT_ID

ATTEMPT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"
ACCOUNT = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a00"
REFUND = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a30"
ORDER_REF, CAPTURE_REF, REFUND_REF, DISPUTE_REF = (
    "5O190127TN364715T",
    "3C679366HH908993F",
    "1JU08902781691411",
    "PP-R-1",
)
NOON = "2026-11-01T12:00:00Z"
PAGE = f"https://www.paypal.com/checkoutnow?token={ORDER_REF}"


def money(value: str, currency: str = "USD") -> dict[str, str]:
    """An amount."""
    return {"currency_code": currency, "value": value}


def order(status: str = "PAYER_ACTION_REQUIRED", *captures: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An order of ours for 29.99, with its captures and what else is told of it."""
    refunds = more.pop("refunds", [])
    unit = {
        "reference_id": "default",
        "amount": money("29.99"),
        "payee": {"merchant_id": MERCHANT_ID},
        "custom_id": f"cashbeat.{ATTEMPT}.{ACCOUNT}",
        "invoice_id": ATTEMPT,
    }
    if captures:
        unit["payments"] = {"captures": list(captures), "refunds": list(refunds)}
    links = [{"href": PAGE, "rel": "payer-action", "method": "GET"}]
    told = {"id": ORDER_REF, "intent": "CAPTURE", "status": status, "purchase_units": [unit], "links": links}
    return told | more


def capture(status: str = "COMPLETED", value: str = "29.99", **more: Any) -> dict[str, Any]:
    """A capture of that order."""
    told = {
        "id": CAPTURE_REF,
        "status": status,
        "amount": money(value),
        "custom_id": f"cashbeat.{ATTEMPT}.{ACCOUNT}",
        "create_time": NOON,
        "supplementary_data": {"related_ids": {"order_id": ORDER_REF}},
    }
    return told | more


def refund(status: str = "COMPLETED", value: str = "10.00", **more: Any) -> dict[str, Any]:
    """A refund of that capture that we asked for."""
    told = {
        "id": REFUND_REF,
        "status": status,
        "amount": money(value),
        "custom_id": f"cashbeat_refund.{REFUND}",
        "create_time": "2026-11-02T12:00:00Z",
        "links": [{"rel": "up", "href": f"https://api-m.paypal.com/v2/payments/captures/{CAPTURE_REF}"}],
    }
    return told | more


def dispute(status: str = "OPEN", outcome: str = "", **more: Any) -> dict[str, Any]:
    """A dispute about that capture, which a bank was asked to decide."""
    told: dict[str, Any] = {
        "dispute_id": DISPUTE_REF,
        "create_time": "2026-11-03T12:00:00.000Z",
        "status": status,
        "reason": "UNAUTHORISED",
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_amount": money("29.99"),
        "disputed_transactions": [{"seller_transaction_id": CAPTURE_REF}],
    }
    return told | ({"dispute_outcome": {"outcome_code": outcome}} if outcome else {}) | more


def movement(value: str, kind: str = "DEBIT", reason: str = "DISPUTE_SETTLEMENT", **more: Any) -> dict[str, Any]:
    """Money that a dispute has moved, out of our account if not said otherwise."""
    moved: dict[str, Any] = {
        "affected_party": "SELLER",
        "type": kind,
        "reason": reason,
        "initiated_time": "2026-11-05T12:00:00.000Z",
    }
    return moved | {"amount": money(value)} | more
