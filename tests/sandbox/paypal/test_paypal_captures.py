"""Captures, refunds and reversals: how they end, what is told of them, and what the ledger says."""

from typing import Any

import pytest

from tests.sandbox.paypal.calling import ORDERS, Json, PayPal, money
from tests.sandbox.running import eventually

DAY_SECONDS = 24 * 60 * 60


def get(paypal: PayPal, capture: Json) -> Json:
    return paypal.made("GET", f"/v2/payments/captures/{capture['id']}")


def refund(paypal: PayPal, capture: Json, **content: Any) -> tuple[int, Json]:
    return paypal.call("POST", f"/v2/payments/captures/{capture['id']}/refund", content)


def refused(paypal: PayPal, capture: Json, **content: Any) -> tuple[int, str]:
    return paypal.issue("POST", f"/v2/payments/captures/{capture['id']}/refund", content)


def rows_of(paypal: PayPal, capture: Json) -> list[int]:
    """What the ledger says was moved by this payment."""
    ledger = paypal.control("GET", "ledger")
    taken = [row["amount"] for row in ledger["captures"] if row["id"] == capture["id"]]
    given_back = [-row["amount"] for row in ledger["refunds"] if row["capture"] == capture["id"]]
    adjusted = [row["amount"] for row in ledger["adjustments"] if row["capture"] == capture["id"]]
    return taken + given_back + adjusted


def test_a_payment_arrives_with_its_marks_its_fee_and_its_order(paypal: PayPal) -> None:
    order = paypal.order(custom_id="ours", invoice_id="number-1")
    capture = get(paypal, paypal.captured(order))
    assert (capture["status"], capture["custom_id"], capture["invoice_id"]) == ("COMPLETED", "ours", "number-1")
    assert capture["supplementary_data"]["related_ids"]["order_id"] == order["id"]
    assert capture["seller_receivable_breakdown"] == {
        "gross_amount": money("29.99"),
        "paypal_fee": money("1.54"),
        "net_amount": money("28.45"),
    }
    assert capture["links"][2]["href"].endswith(f"{ORDERS}/{order['id']}")
    assert rows_of(paypal, capture) == [2999]
    assert paypal.told_of(order["id"], capture["id"]) == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.COMPLETED",
    ]


@pytest.mark.parametrize(
    ("end", "status", "event", "moved"),
    [
        ("complete", "COMPLETED", "PAYMENT.CAPTURE.COMPLETED", [2999]),
        ("deny", "DECLINED", "PAYMENT.CAPTURE.DENIED", []),
    ],
)
def test_a_payment_may_be_pending_and_end_later(
    paypal: PayPal, end: str, status: str, event: str, moved: list[int]
) -> None:
    capture = paypal.captured(outcome="pending", reason="PENDING_REVIEW")
    assert (capture["status"], capture["status_details"]) == ("PENDING", {"reason": "PENDING_REVIEW"})
    assert "seller_receivable_breakdown" not in capture
    assert rows_of(paypal, capture) == []
    paypal.control("POST", f"captures/{capture['id']}/{end}")
    ended = get(paypal, capture)
    assert (ended["status"], "status_details" in ended) == (status, False)
    assert paypal.told_of(capture["id"]) == ["PAYMENT.CAPTURE.PENDING", event]
    assert rows_of(paypal, capture) == moved


@pytest.mark.parametrize(("then", "status"), [("complete", "COMPLETED"), ("deny", "DECLINED")])
def test_a_bank_transfer_ends_by_itself_when_its_time_has_come(paypal: PayPal, then: str, status: str) -> None:
    capture = paypal.captured(outcome="pending", then=then, after_seconds=3 * DAY_SECONDS)
    assert capture["status_details"] == {"reason": "ECHECK"}
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 3 * DAY_SECONDS})
    paypal.sign_in()
    eventually(lambda: get(paypal, capture)["status"] == status, f"the capture is {status}")


def test_a_capture_that_is_declined_closes_its_order(paypal: PayPal) -> None:
    order = paypal.order(invoice_id="tried-and-declined")
    capture = paypal.captured(order, outcome="declined")
    assert capture["status"] == "DECLINED"
    assert paypal.issue("POST", f"{ORDERS}/{order['id']}/capture") == (422, "ORDER_ALREADY_CAPTURED")
    assert paypal.captured(paypal.order(invoice_id="tried-and-declined"))["status"] == "COMPLETED"


def test_a_declined_instrument_sends_the_buyer_back_for_another(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order, outcome="instrument_declined")
    path = f"{ORDERS}/{order['id']}/capture"
    for _ in range(2):
        status, body = paypal.call("POST", path)
        assert (status, body["details"][0]["issue"]) == (422, "INSTRUMENT_DECLINED")
        assert body["links"][0]["rel"] == "redirect"
        assert body["links"][0]["href"].endswith(f"checkoutnow?token={order['id']}")
    assert paypal.made("GET", f"{ORDERS}/{order['id']}")["status"] == "APPROVED"
    paypal.approve(order)
    assert paypal.made("POST", path)["status"] == "COMPLETED"


def test_the_buyer_may_have_to_come_back(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order, outcome="payer_action_required")
    path = f"{ORDERS}/{order['id']}"
    for _ in range(2):
        assert paypal.issue("POST", f"{path}/capture") == (422, "PAYER_ACTION_REQUIRED")
        assert paypal.made("GET", path)["status"] == "PAYER_ACTION_REQUIRED"
    paypal.approve(order)
    assert paypal.made("POST", f"{path}/capture")["status"] == "COMPLETED"


@pytest.mark.parametrize("issue", ["PAYER_CANNOT_PAY", "TRANSACTION_REFUSED", "COMPLIANCE_VIOLATION"])
def test_any_documented_refusal_can_be_had(paypal: PayPal, issue: str) -> None:
    order = paypal.order()
    paypal.approve(order, outcome=issue.lower())
    assert paypal.issue("POST", f"{ORDERS}/{order['id']}/capture") == (422, issue)


def test_an_invoice_is_paid_once(paypal: PayPal) -> None:
    first, second = (paypal.order(invoice_id="number-2") for _ in range(2))
    paypal.captured(first)
    paypal.approve(second)
    assert paypal.issue("POST", f"{ORDERS}/{second['id']}/capture") == (422, "DUPLICATE_INVOICE_ID")


@pytest.mark.parametrize(
    "wishes",
    [
        {"outcome": "gold"},
        {"outcome": "pending", "reason": "WHIM"},
        {"outcome": "pending", "then": "complete"},
        {"outcome": "pending", "then": "vanish", "after_seconds": 1},
        {"email": "nobody"},
    ],
)
def test_outcomes_that_make_no_sense_are_refused(paypal: PayPal, wishes: Json) -> None:
    order = paypal.order()
    with pytest.raises(Exception, match="400"):
        paypal.approve(order, **wishes)
    assert paypal.made("GET", f"{ORDERS}/{order['id']}")["status"] == "CREATED"


def test_refunds_in_parts_until_nothing_is_left(paypal: PayPal) -> None:
    order = paypal.order(custom_id="ours")
    capture = paypal.captured(order)
    status, part = refund(paypal, capture, amount=money("10.00"), custom_id="part", invoice_id="r-1")
    assert (status, part["status"], part["custom_id"]) == (201, "COMPLETED", "part")
    assert get(paypal, capture)["status"] == "PARTIALLY_REFUNDED"
    assert refused(paypal, capture, amount=money("20.00")) == (422, "REFUND_AMOUNT_EXCEEDED")
    assert refused(paypal, capture, amount=money("5.00"), invoice_id="r-1") == (422, "DUPLICATE_INVOICE_ID")
    rest = refund(paypal, capture)[1]
    assert (rest["amount"], rest["seller_payable_breakdown"]["total_refunded_amount"]) == (
        money("19.99"),
        money("29.99"),
    )
    # whoever names no mark gets that of the payment
    assert rest["custom_id"] == "ours"
    assert get(paypal, capture)["status"] == "REFUNDED"
    assert refused(paypal, capture) == (422, "CAPTURE_FULLY_REFUNDED")
    assert rows_of(paypal, capture) == [2999, -1000, -1999]
    assert paypal.told_of(part["id"], rest["id"]) == ["PAYMENT.CAPTURE.REFUNDED"] * 2
    listed = paypal.made("GET", f"{ORDERS}/{order['id']}")["purchase_units"][0]["payments"]["refunds"]
    assert [each["id"] for each in listed] == [part["id"], rest["id"]]
    assert paypal.made("GET", f"/v2/payments/refunds/{part['id']}") == part


@pytest.mark.parametrize(
    ("content", "status", "issue"),
    [
        ({"amount": money("0.00")}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"amount": money("1.00", "EUR")}, 422, "REFUND_CAPTURE_CURRENCY_MISMATCH"),
        ({"amount": money("1.001")}, 422, "DECIMAL_PRECISION"),
        ({"amount": money("1.5", "JPY")}, 422, "DECIMALS_NOT_SUPPORTED"),
        ({"amount": {"value": "1.00"}}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"amount": "1.00"}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"reason": "sorry"}, 400, "NOT_SUPPORTED"),
        ({"note_to_payer": "x" * 256}, 400, "INVALID_STRING_LENGTH"),
    ],
)
def test_refunds_that_are_refused(paypal: PayPal, content: Json, status: int, issue: str) -> None:
    capture = paypal.captured()
    assert refused(paypal, capture, **content) == (status, issue)
    assert rows_of(paypal, capture) == [2999]


def test_only_what_arrived_can_be_refunded_and_only_for_half_a_year(paypal: PayPal) -> None:
    pending, declined = paypal.captured(outcome="pending"), paypal.captured(outcome="declined")
    assert refused(paypal, pending) == (422, "PENDING_CAPTURE")
    assert refused(paypal, declined) == (422, "REFUND_NOT_ALLOWED")
    old = paypal.captured()
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 181 * DAY_SECONDS})
    paypal.sign_in()
    assert refused(paypal, old) == (422, "REFUND_TIME_LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    ("end", "status", "of_capture", "event", "moved"),
    [
        ("complete", "COMPLETED", "PARTIALLY_REFUNDED", "PAYMENT.CAPTURE.REFUNDED", [2999, -500]),
        ("fail", "FAILED", "COMPLETED", "PAYMENT.REFUND.FAILED", [2999]),
    ],
)
def test_a_refund_may_be_pending_and_end_later(
    paypal: PayPal, end: str, status: str, of_capture: str, event: str, moved: list[int]
) -> None:
    capture = paypal.captured()
    paypal.control("PATCH", f"captures/{capture['id']}", {"refunds": "pending"})
    made = refund(paypal, capture, amount=money("5.00"))[1]
    assert (made["status"], made["status_details"]) == ("PENDING", {"reason": "ECHECK"})
    assert rows_of(paypal, capture) == [2999]
    paypal.control("POST", f"refunds/{made['id']}/{end}")
    assert paypal.made("GET", f"/v2/payments/refunds/{made['id']}")["status"] == status
    assert get(paypal, capture)["status"] == of_capture
    assert paypal.told_of(made["id"]) == ["PAYMENT.REFUND.PENDING", event]
    assert rows_of(paypal, capture) == moved


@pytest.mark.parametrize(("minor", "status", "moved"), [(None, "REFUNDED", -2999), (999, "PARTIALLY_REFUNDED", -999)])
def test_a_bank_pulls_a_payment_back(paypal: PayPal, minor: int | None, status: str, moved: int) -> None:
    capture = paypal.captured(paypal.order(custom_id="ours"))
    reversal = paypal.control("POST", f"captures/{capture['id']}/reverse", {"minor": minor})
    reversed_capture = get(paypal, capture)
    assert (reversed_capture["status"], reversed_capture["status_details"]) == (status, {"reason": "CHARGEBACK"})
    assert "custom_id" not in paypal.made("GET", f"/v2/payments/refunds/{reversal['id']}")
    assert refused(paypal, capture) == (422, "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK")
    assert paypal.told_of(reversal["id"]) == ["PAYMENT.CAPTURE.REVERSED"]
    assert rows_of(paypal, capture) == [2999, moved]


def test_what_has_ended_does_not_end_again(paypal: PayPal) -> None:
    capture = paypal.captured()
    for path in ("complete", "deny"):
        with pytest.raises(Exception, match="409"):
            paypal.control("POST", f"captures/{capture['id']}/{path}")
    paypal.control("POST", f"captures/{capture['id']}/reverse")
    with pytest.raises(Exception, match="409"):
        paypal.control("POST", f"captures/{capture['id']}/reverse")
    assert rows_of(paypal, capture) == [2999, -2999]


def test_the_books_outlive_a_crash(paypal: PayPal) -> None:
    capture = paypal.captured()
    before = paypal.control("GET", "ledger")
    paypal.sandbox.kill()
    paypal.sandbox.start()
    assert paypal.control("GET", "ledger") == before
    assert get(paypal, capture)["status"] == "COMPLETED"


def test_totals_are_in_minor_units_also_where_paypal_writes_whole_ones(paypal: PayPal) -> None:
    for currency, value in (("HUF", "500"), ("JPY", "500")):
        before = paypal.control("GET", "ledger")["totals"].get(currency, 0)
        paypal.captured(paypal.order(value, currency))
        moved = paypal.control("GET", "ledger")["totals"][currency] - before
        assert moved == {"HUF": 50_000, "JPY": 500}[currency]
