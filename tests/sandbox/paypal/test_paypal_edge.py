"""The edge of the sandbox's PayPal: tokens, bodies, refusals, rates and faults."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.sandbox.paypal.calling import GOOD_APP, ORDERS, PayPal, order_of
from tests.sandbox.running import ANSWER_SECONDS

TOKEN_PATH = "/v1/oauth2/token"
NINE_HOURS_SECONDS = 9 * 60 * 60


def ask_for_token(paypal: PayPal, app: tuple[str, str], form: dict[str, str]) -> requests.Response:
    url = f"{paypal.sandbox.address}/paypal{TOKEN_PATH}"
    return requests.post(url, data=form, auth=app, timeout=ANSWER_SECONDS)


def test_a_token_is_good_for_nine_hours(paypal: PayPal) -> None:
    paypal.sandbox.set(paypal_order_seconds=2 * NINE_HOURS_SECONDS)
    order = paypal.order()
    paypal.sandbox.control("POST", "clock/advance", {"seconds": NINE_HOURS_SECONDS - 60})
    assert paypal.call("GET", f"{ORDERS}/{order['id']}")[0] == 200
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 60})
    status, body = paypal.call("GET", f"{ORDERS}/{order['id']}")
    assert (status, body["error"]) == (401, "invalid_token")
    paypal.sign_in()
    assert paypal.call("GET", f"{ORDERS}/{order['id']}")[0] == 200


def test_a_token_may_be_short_lived(paypal: PayPal) -> None:
    paypal.sandbox.set(paypal_token_seconds=60)
    assert ask_for_token(paypal, GOOD_APP, {"grant_type": "client_credentials"}).json()["expires_in"] == 60


def test_tokens_are_revoked_all_at_once(paypal: PayPal) -> None:
    order = paypal.order()
    assert paypal.control("POST", "tokens/revoke")["revoked"] > 0
    assert paypal.call("GET", f"{ORDERS}/{order['id']}")[1]["error"] == "invalid_token"


def test_a_token_outlives_a_restart(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.sandbox.kill()
    paypal.sandbox.start()
    assert paypal.made("GET", f"{ORDERS}/{order['id']}") == order


def test_without_a_token_or_with_a_made_up_one_nothing_is_answered(paypal: PayPal) -> None:
    status, body = paypal.call("GET", f"{ORDERS}/X", Authorization="")
    assert (status, body["name"]) == (401, "AUTHENTICATION_FAILURE")
    for wrong in ("Bearer made-up", "Basic bWFkZTp1cA=="):
        assert paypal.call("GET", f"{ORDERS}/X", Authorization=wrong)[1]["error"] == "invalid_token"


@pytest.mark.parametrize(
    ("app", "form", "status", "error"),
    [
        ((GOOD_APP[0], "wrong"), {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (("wrong", GOOD_APP[1]), {"grant_type": "client_credentials"}, 401, "invalid_client"),
        (GOOD_APP, {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (GOOD_APP, {"grant_type": "client_credentials", "scope": "all"}, 400, "unsupported_grant_type"),
    ],
)
def test_tokens_are_for_the_app_alone(
    paypal: PayPal, app: tuple[str, str], form: dict[str, str], status: int, error: str
) -> None:
    answer = ask_for_token(paypal, app, form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_secret_is_rolled_without_a_gap(paypal: PayPal) -> None:
    new = ("another_app", "another_secret")
    form = {"grant_type": "client_credentials"}
    paypal.sandbox.set(paypal_credentials=[":".join(GOOD_APP), ":".join(new)])
    assert [ask_for_token(paypal, app, form).status_code for app in (GOOD_APP, new)] == [200, 200]
    paypal.sandbox.set(paypal_credentials=[":".join(new)])
    assert [ask_for_token(paypal, app, form).status_code for app in (GOOD_APP, new)] == [401, 200]


def test_a_body_must_say_that_it_is_json(paypal: PayPal) -> None:
    url, headers = f"{paypal.sandbox.address}/paypal{ORDERS}", {"Authorization": f"Bearer {paypal.sign_in()}"}
    answer = requests.post(url, data="{}", headers=headers, timeout=ANSWER_SECONDS)
    assert (answer.status_code, answer.json()["name"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"order"', b"\xff"])
def test_a_body_must_be_a_json_object(paypal: PayPal, body: bytes) -> None:
    url, token = f"{paypal.sandbox.address}/paypal{ORDERS}", paypal.sign_in()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = requests.post(url, data=body, headers=headers, timeout=ANSWER_SECONDS)
    assert (answer.status_code, answer.json()["details"][0]["issue"]) == (400, "MALFORMED_REQUEST_JSON")


def test_every_answer_bears_the_debug_id_that_its_error_tells(paypal: PayPal) -> None:
    answer = paypal.answer("GET", f"{ORDERS}/NOTHING")
    assert answer.headers["PayPal-Debug-Id"] == answer.json()["debug_id"]
    assert paypal.answer("POST", ORDERS, order_of("1.00")).headers["PayPal-Debug-Id"]


def test_other_methods_and_other_paths_are_refused_in_paypals_words(paypal: PayPal) -> None:
    order = paypal.order()
    url = f"{paypal.sandbox.address}/paypal"
    headers = {"Authorization": f"Bearer {paypal.token}"}
    for method, path, status, name in (
        ("DELETE", f"{ORDERS}/{order['id']}", 405, "METHOD_NOT_SUPPORTED"),
        ("GET", "/v1/invoicing/invoices", 404, "RESOURCE_NOT_FOUND"),
    ):
        answer = requests.request(method, url + path, headers=headers, timeout=ANSWER_SECONDS)
        assert (answer.status_code, answer.json()["name"]) == (status, name)


def test_minimal_is_what_nobody_has_to_ask_for(paypal: PayPal) -> None:
    for preference in ("", "return=minimal"):
        assert set(paypal.made("POST", ORDERS, order_of("1.00"), prefer=preference)) == {"id", "status", "links"}
    assert paypal.issue("POST", ORDERS, order_of("1.00"), prefer="return=all") == (400, "INVALID_PARAMETER_VALUE")


def test_too_many_calls_in_a_second_are_refused(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.sandbox.set(paypal_rate_limit_per_second=3)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: paypal.call("GET", f"{ORDERS}/{order['id']}"), range(24)))
    refused = [body for status, body in answers if status == 429]
    assert refused
    assert {body["name"] for body in refused} == {"RATE_LIMIT_REACHED"}
    assert paypal.control("GET", "rate")["refused"] >= len(refused)


def test_a_limiter_that_says_when_to_come_back(paypal: PayPal) -> None:
    paypal.order()
    paypal.sandbox.arm("429", retry_after_seconds=3, count=1, path="/paypal/")
    answer = paypal.answer("POST", ORDERS, order_of("1.00"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


def test_faults_without_a_path_strike_this_company_too(paypal: PayPal) -> None:
    paypal.order()
    paypal.sandbox.arm("500", stage="before", count=1)
    status, body = paypal.call("POST", ORDERS, order_of("1.00"))
    assert (status, body["name"]) == (500, "INTERNAL_SERVER_ERROR")


@pytest.mark.parametrize(
    ("call", "code", "status"),
    [
        ("create", "PAYEE_ACCOUNT_RESTRICTED", 422),
        ("capture", "DUPLICATE_INVOICE_ID", 422),
        ("capture", "INTERNAL_SERVER_ERROR", 500),
        ("get", "RESOURCE_NOT_FOUND", 404),
        ("get", "NOT_AUTHORIZED", 403),
    ],
)
def test_negative_testing_plays_what_a_call_can_meet(paypal: PayPal, call: str, code: str, status: int) -> None:
    order = paypal.order()
    paypal.approve(order)
    method, path, content = {
        "create": ("POST", ORDERS, order_of("1.00")),
        "capture": ("POST", f"{ORDERS}/{order['id']}/capture", None),
        "get": ("GET", f"{ORDERS}/{order['id']}", None),
    }[call]
    mocked = {"PayPal_Mock_Response": f'{{"mock_application_codes": "{code}"}}'}
    assert paypal.call(method, path, content, **mocked)[0] == status
    assert paypal.made("GET", f"{ORDERS}/{order['id']}")["status"] == "APPROVED"


@pytest.mark.parametrize(
    "header", ["{", '{"mock_application_codes": "NO_SUCH_THING"}', '{"mock_application_codes": 5}']
)
def test_what_negative_testing_does_not_know_is_answered_as_ever(paypal: PayPal, header: str) -> None:
    assert paypal.call("POST", ORDERS, order_of("1.00"), PayPal_Mock_Response=header)[0] == 201
