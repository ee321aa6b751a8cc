"""Idempotency keys as Stripe's v1 API keeps them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from tests.sandbox.running import ANSWER_SECONDS, Api, RunningSandbox, session_form

DAY_SECONDS = 24 * 60 * 60


def test_a_repeat_gets_the_first_answer_byte_for_byte(api: Api) -> None:
    first = api.answer("POST", "/v1/customers", "name=A", Idempotency_Key="repeat-1")
    again = api.answer("POST", "/v1/customers", "name=A", Idempotency_Key="repeat-1")
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"] != again.headers["Request-Id"]


def test_the_order_of_parameters_makes_no_difference(api: Api) -> None:
    first = api.made("POST", "/v1/customers", "name=A&phone=1", Idempotency_Key="order-1")
    assert api.made("POST", "/v1/customers", "phone=1&name=A", Idempotency_Key="order-1") == first


@pytest.mark.parametrize(("path", "form"), [("/v1/customers", "name=B"), ("/v1/payment_intents", "name=A")])
def test_the_same_key_for_another_request_is_refused(api: Api, path: str, form: str) -> None:
    key = f"mismatch-{path}"
    api.made("POST", "/v1/customers", "name=A", Idempotency_Key=key)
    status, body = api.call("POST", path, form, Idempotency_Key=key)
    assert (status, body["error"]["type"]) == (400, "idempotency_error")


def test_a_refusal_of_parameters_is_not_kept(api: Api) -> None:
    form = "amount=10&currency=usd"
    assert api.call("POST", "/v1/payment_intents", form, Idempotency_Key="refused-1")[0] == 400
    api.made("POST", "/v1/payment_intents", "amount=1000&currency=usd", Idempotency_Key="refused-1")


def test_a_decline_is_kept(api: Api) -> None:
    form = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined"
    first = api.answer("POST", "/v1/payment_intents", form, Idempotency_Key="declined-1")
    again = api.answer("POST", "/v1/payment_intents", form, Idempotency_Key="declined-1")
    assert (again.status_code, again.content) == (402, first.content)


def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    first = api.made("POST", "/v1/customers", "name=A", Idempotency_Key="day-1")
    api.sandbox.control("POST", "clock/advance", {"seconds": DAY_SECONDS - 60})
    assert api.made("POST", "/v1/customers", "name=A", Idempotency_Key="day-1") == first
    api.sandbox.control("POST", "clock/advance", {"seconds": 120})
    assert api.made("POST", "/v1/customers", "name=A", Idempotency_Key="day-1")["id"] != first["id"]


def test_two_at_once_with_one_key_conflict(api: Api) -> None:
    def create() -> int:
        return api.call("POST", "/v1/customers", "name=A", Idempotency_Key="at-once")[0]

    with ThreadPoolExecutor(1) as pool:
        with api.sandbox.stuck("/v1/customers") as wait_until_stuck:
            first = pool.submit(create)
            wait_until_stuck()
            assert create() == 409
        assert first.result() == 200
    assert create() == 200


def test_an_answer_lost_after_the_charge_is_found_again_under_its_key(api: Api) -> None:
    form = "amount=1000&currency=nok&confirm=true&payment_method=pm_card_visa"
    api.sandbox.arm("answer_lost", count=1, path="/v1/payment_intents", method="POST")
    with pytest.raises(requests.ConnectionError):
        api.answer("POST", "/v1/payment_intents", form, Idempotency_Key="lost-1")

    found = api.answer("POST", "/v1/payment_intents", form, Idempotency_Key="lost-1")
    assert found.headers["Idempotent-Replayed"] == "true"
    charged = [row for row in api.sandbox.control("GET", "ledger")["charges"] if row["currency"] == "nok"]
    assert [row["payment_intent"] for row in charged] == [found.json()["id"]]


def test_the_vendors_client_recovers_a_lost_answer_by_itself(sandbox_server: RunningSandbox) -> None:
    sandbox_server.arm("answer_lost", count=1, path="/v1/checkout/sessions")
    client = sandbox_server.client(max_network_retries=2)
    buyer = client.v1.customers.create()
    wishes: stripe.params.checkout.SessionCreateParams = {
        "mode": "payment",
        "customer": buyer.id,
        "success_url": "https://shop.example/",
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 999, "product_data": {"name": "x"}}}
        ],
    }
    session = client.v1.checkout.sessions.create(wishes, {"idempotency_key": "lost-2"})
    assert [found.id for found in client.v1.checkout.sessions.list({"customer": buyer.id})] == [session.id]


def test_a_lost_answer_at_the_page_leaves_the_buyer_in_the_dark_but_charged_once(api: Api) -> None:
    session = api.made("POST", "/v1/checkout/sessions", session_form())
    api.sandbox.arm("answer_lost", count=1, path="/pay/", method="POST")
    with pytest.raises(requests.ConnectionError):
        api.sandbox.pay(session["id"])
    assert api.made("GET", f"/v1/checkout/sessions/{session['id']}")["payment_status"] == "paid"
    assert api.sandbox.pay(session["id"]).status_code == 303
    page = requests.get(f"{api.sandbox.address}/pay/{session['id']}", timeout=ANSWER_SECONDS)
    assert "Already paid" in page.text


@pytest.mark.parametrize(("stage", "customers", "repeat"), [("before", 0, 200), ("during", 0, 500), ("after", 1, 500)])
def test_a_server_error_and_what_is_kept_of_it(api: Api, stage: str, customers: int, repeat: int) -> None:
    form = f"email={stage}%40example.com"
    api.sandbox.arm("500", stage=stage, count=1, method="POST")
    assert api.call("POST", "/v1/customers", form, Idempotency_Key=f"failed-{stage}")[0] == 500
    assert len(api.made("GET", f"/v1/customers?{form}")["data"]) == customers
    assert api.call("POST", "/v1/customers", form, Idempotency_Key=f"failed-{stage}")[0] == repeat


def test_a_request_that_never_arrived_changes_nothing(api: Api) -> None:
    api.sandbox.arm("timeout_before", seconds=0.1, count=1)
    with pytest.raises(requests.ConnectionError):
        api.answer("POST", "/v1/customers", "email=swallowed%40example.com", Idempotency_Key="swallowed")
    assert api.made("GET", "/v1/customers?email=swallowed%40example.com")["data"] == []
    api.made("POST", "/v1/customers", "email=swallowed%40example.com", Idempotency_Key="swallowed")


def test_too_many_requests_say_when_to_come_back(api: Api) -> None:
    api.sandbox.arm("429", retry_after_seconds=3, count=1)
    answer = api.answer("POST", "/v1/customers", "name=A", Idempotency_Key="limited")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert api.call("POST", "/v1/customers", "name=A", Idempotency_Key="limited")[0] == 200
