"""A PayPal-Request-Id is executed once, for as long as PayPal remembers it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.sandbox.paypal.calling import ORDERS, PayPal, money, order_of

HOUR_SECONDS = 60 * 60
PREVIOUSLY_USED = (422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")


def wait(paypal: PayPal, seconds: int) -> None:
    paypal.sandbox.control("POST", "clock/advance", {"seconds": seconds})


def test_a_repeat_answers_what_became_of_the_first(paypal: PayPal) -> None:
    first = paypal.answer("POST", ORDERS, order_of("5.00"), request_id="repeat")
    paypal.approve(first.json())
    again = paypal.answer("POST", ORDERS, order_of("5.00"), request_id="repeat")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "APPROVED")


def test_another_body_under_the_same_id_is_refused(paypal: PayPal) -> None:
    paypal.made("POST", ORDERS, order_of("5.00"), request_id="mismatch")
    assert paypal.issue("POST", ORDERS, order_of("6.00"), request_id="mismatch") == PREVIOUSLY_USED


def test_the_order_of_fields_makes_no_difference(paypal: PayPal) -> None:
    body = order_of("5.00")
    first = paypal.made("POST", ORDERS, body, request_id="sorted")
    turned = dict(reversed(list(body.items())))
    assert paypal.made("POST", ORDERS, turned, request_id="sorted")["id"] == first["id"]


def test_an_id_counts_for_one_kind_of_call(paypal: PayPal) -> None:
    order = paypal.made("POST", ORDERS, order_of("5.00"), request_id="shared")
    paypal.approve(order)
    capture_path = f"{ORDERS}/{order['id']}/capture"
    paid = paypal.made("POST", capture_path, request_id="shared")
    assert paid["status"] == "COMPLETED"
    assert paypal.answer("POST", capture_path, request_id="shared").status_code == 200
    other = paypal.order()
    assert paypal.issue("POST", f"{ORDERS}/{other['id']}/capture", request_id="shared") == PREVIOUSLY_USED


def test_a_refusal_is_not_kept(paypal: PayPal) -> None:
    order = paypal.order()
    path = f"{ORDERS}/{order['id']}/capture"
    assert paypal.issue("POST", path, request_id="early") == (422, "ORDER_NOT_APPROVED")
    paypal.approve(order)
    assert paypal.made("POST", path, request_id="early")["status"] == "COMPLETED"


@pytest.mark.parametrize(("hours", "is_remembered"), [(6, True), (7, False)])
def test_orders_forget_after_six_hours(paypal: PayPal, hours: int, is_remembered: bool) -> None:
    request_id = f"six-{hours}"
    first = paypal.made("POST", ORDERS, order_of("5.00"), request_id=request_id)
    wait(paypal, hours * HOUR_SECONDS - 60)
    again = paypal.made("POST", ORDERS, order_of("5.00"), request_id=request_id)
    assert (again["id"] == first["id"]) == is_remembered


@pytest.mark.parametrize(("days", "status"), [(44, 201), (46, 422)])
def test_refunds_forget_after_forty_five_days(paypal: PayPal, days: int, status: int) -> None:
    path = f"/v2/payments/captures/{paypal.captured()['id']}/refund"
    paypal.made("POST", path, request_id=f"refund-{days}")
    wait(paypal, days * 24 * HOUR_SECONDS)
    paypal.sign_in()
    assert paypal.call("POST", path, request_id=f"refund-{days}")[0] == status
    assert paypal.issue("POST", path, {"amount": money("1.00")}) == (422, "CAPTURE_FULLY_REFUNDED")


def test_two_at_once_conflict(paypal: PayPal) -> None:
    paypal.sign_in()

    def create() -> int:
        return paypal.call("POST", ORDERS, order_of("5.00"), request_id="at-once")[0]

    with ThreadPoolExecutor(1) as pool:
        with paypal.sandbox.stuck(f"/paypal{ORDERS}") as wait_until_stuck:
            first = pool.submit(create)
            wait_until_stuck()
            body = paypal.call("POST", ORDERS, order_of("5.00"), request_id="at-once")[1]
            assert (body["name"], body["details"][0]["issue"]) == ("RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS")
        assert first.result() == 201
    assert create() == 200


def test_sixteen_captures_of_one_order_take_the_money_once(paypal: PayPal) -> None:
    order = paypal.order(currency="SEK")
    paypal.approve(order)

    def capture(number: int) -> int:
        return paypal.call("POST", f"{ORDERS}/{order['id']}/capture", request_id=f"race-{number}")[0]

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(capture, range(16)))
    assert statuses == [201, *[422] * 15]
    assert paypal.control("GET", "ledger")["totals"]["SEK"] == 2999


def test_an_answer_lost_after_the_capture_is_found_again(paypal: PayPal) -> None:
    order = paypal.order(currency="NOK")
    paypal.approve(order)
    path = f"{ORDERS}/{order['id']}/capture"
    paypal.sandbox.arm("answer_lost", count=1, path=f"/paypal{path}")
    with pytest.raises(requests.ConnectionError):
        paypal.answer("POST", path, request_id="lost")
    assert paypal.answer("POST", path, request_id="lost").status_code == 200
    assert paypal.control("GET", "ledger")["totals"]["NOK"] == 2999


def test_after_the_window_the_order_itself_says_that_it_was_paid(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order)
    path = f"{ORDERS}/{order['id']}/capture"
    paypal.made("POST", path, request_id="late")
    wait(paypal, 7 * HOUR_SECONDS)
    assert paypal.issue("POST", path, request_id="late") == (422, "ORDER_ALREADY_CAPTURED")


@pytest.mark.parametrize(("stage", "moved", "repeat"), [("before", 0, 201), ("during", 0, 201), ("after", 2999, 200)])
def test_a_failure_keeps_nothing_but_what_was_done(paypal: PayPal, stage: str, moved: int, repeat: int) -> None:
    currency = {"before": "PLN", "during": "CZK", "after": "DKK"}[stage]
    order = paypal.order(currency=currency)
    paypal.approve(order)
    path = f"{ORDERS}/{order['id']}/capture"
    paypal.sandbox.arm("500", stage=stage, count=1, path=f"/paypal{path}")
    assert paypal.call("POST", path, request_id=f"failed-{stage}")[0] == 500
    assert paypal.control("GET", "ledger")["totals"].get(currency, 0) == moved
    assert paypal.call("POST", path, request_id=f"failed-{stage}")[0] == repeat
    assert paypal.control("GET", "ledger")["totals"][currency] == 2999


def test_a_request_that_never_arrived_changes_nothing(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order)
    path = f"{ORDERS}/{order['id']}/capture"
    paypal.sandbox.arm("timeout_before", seconds=0.1, count=1, path=f"/paypal{path}")
    with pytest.raises(requests.ConnectionError):
        paypal.answer("POST", path, request_id="swallowed")
    assert paypal.made("GET", f"{ORDERS}/{order['id']}")["status"] == "APPROVED"
    assert paypal.answer("POST", path, request_id="swallowed").status_code == 201
