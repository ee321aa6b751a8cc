"""A clock that stands still, a gateway that is slow, and one that has had enough."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from tests.sandbox.paypal.calling import PayPal
from tests.sandbox.running import (
    ANSWER_SECONDS,
    Api,
    Receiver,
    RunningSandbox,
    eventually,
    running_sandbox,
    session_form,
)

NEW_YEAR = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
DAY_SECONDS = 24 * 60 * 60
ENOUGH_PER_SECOND = 5
SLOW_SECONDS = 0.4


def freeze(sandbox: RunningSandbox, at: object) -> int:
    """The status of the answer."""
    url = f"{sandbox.address}/sandbox/clock/freeze"
    return requests.post(url, json={"at": at}, timeout=ANSWER_SECONDS).status_code


def test_time_stands_still_moves_exactly_and_never_back(tmp_path: Path, receiver: Receiver) -> None:
    with running_sandbox(tmp_path, "--webhook-url", receiver.url) as sandbox:
        api = Api(sandbox)
        assert sandbox.control("GET", "clock")["frozen"] is False
        # nothing exists yet: the past is open
        assert freeze(sandbox, NEW_YEAR) == 200
        assert sandbox.control("GET", "clock") == {"now": NEW_YEAR, "frozen": True}
        session = api.made("POST", "/v1/checkout/sessions", session_form())
        assert session["created"] == NEW_YEAR
        assert freeze(sandbox, NEW_YEAR - 1) == 409

        moved = sandbox.control("POST", "clock/advance", {"seconds": DAY_SECONDS})
        assert (moved["now"], moved["sessions_expired"]) == (NEW_YEAR + DAY_SECONDS, 1)
        expired = api.made("GET", "/v1/events?type=checkout.session.expired")["data"][0]
        assert expired["created"] == NEW_YEAR + DAY_SECONDS
        assert freeze(sandbox, NEW_YEAR + 2 * DAY_SECONDS) == 200

        # signatures stay in the receiver's time
        eventually(lambda: len(receiver.deliveries) > 0, "the event arrives")
        signed_at = int(receiver.deliveries[0].headers["stripe-signature"].partition(",")[0].removeprefix("t="))
        assert abs(signed_at - time.time()) < ANSWER_SECONDS

        sandbox.kill()
        sandbox.start()
        assert sandbox.control("GET", "clock") == {"now": NEW_YEAR + 2 * DAY_SECONDS, "frozen": True}


def test_an_access_token_does_not_keep_the_past_away(tmp_path: Path) -> None:
    """A program asks for one when it starts, before anybody has set the time; it is still good in the past."""
    with running_sandbox(tmp_path) as sandbox:
        paypal = PayPal(sandbox)
        paypal.sign_in()
        assert freeze(sandbox, NEW_YEAR) == 200
        assert paypal.order()["create_time"].startswith("2024-01-01")
        assert freeze(sandbox, NEW_YEAR - 1) == 409


@pytest.mark.parametrize("at", [None, "now", 0, -1, 10**12])
def test_a_moment_that_is_none_is_refused(sandbox_server: RunningSandbox, at: object) -> None:
    assert freeze(sandbox_server, at) == 400


def test_lists_stop_at_the_moment_asked_for(api: Api) -> None:
    early = api.made("POST", "/v1/customers")
    api.sandbox.control("POST", "clock/advance", {"seconds": 2 * 60 * 60})
    late = api.made("POST", "/v1/customers")
    for bound, expected in ((f"gte]={late['created']}", {late["id"]}), (f"gt]={early['created']}", {late["id"]})):
        rows = api.made("GET", f"/v1/customers?limit=100&created[{bound}")["data"]
        assert {row["id"] for row in rows} & {early["id"], late["id"]} == expected
    rows = api.made("GET", f"/v1/customers?limit=100&created[gte]={early['created']}")["data"]
    assert {early["id"], late["id"]} <= {row["id"] for row in rows}


def test_all_of_a_customer_on_a_test_clock_happens_in_its_time(tmp_path: Path) -> None:
    """But for the hosted page itself: it is opened and it ends by the sandbox's own time."""
    with running_sandbox(tmp_path) as sandbox:
        api = Api(sandbox)
        wall = NEW_YEAR - DAY_SECONDS // 2
        assert freeze(sandbox, wall) == 200
        clock = api.made("POST", "/v1/test_helpers/test_clocks", f"frozen_time={NEW_YEAR}")["id"]
        buyer = api.made("POST", "/v1/customers", f"test_clock={clock}")["id"]
        method = api.made("POST", "/v1/payment_methods/pm_card_visa/attach", f"customer={buyer}")["id"]
        form = f"amount=1000&currency=usd&customer={buyer}&payment_method={method}&confirm=true&off_session=true"
        paid = api.made("POST", "/v1/payment_intents", f"{form}&expand[]=latest_charge.balance_transaction")
        charge = paid["latest_charge"]
        session = api.made("POST", "/v1/checkout/sessions", session_form(customer=buyer))
        left = api.made("POST", "/v1/checkout/sessions", session_form(customer=buyer))
        assert [each["created"] for each in (paid, charge, charge["balance_transaction"])] == [NEW_YEAR] * 3
        assert (session["created"], session["expires_at"]) == (wall, wall + DAY_SECONDS)
        assert sandbox.control("GET", "ledger")["charges"][0]["created"] == NEW_YEAR
        told = api.made("GET", "/v1/events?type=payment_intent.succeeded")["data"]
        assert [event["created"] for event in told] == [NEW_YEAR]

        tomorrow = f"frozen_time={NEW_YEAR + DAY_SECONDS}"
        api.made("POST", f"/v1/test_helpers/test_clocks/{clock}/advance", tomorrow)
        assert sandbox.pay(session["id"]).status_code == 303
        bought = api.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=payment_intent.latest_charge")
        intent = bought["payment_intent"]
        tomorrows = [each["created"] for each in (intent, intent["latest_charge"])]
        assert (bought["created"], tomorrows) == (wall, [NEW_YEAR + DAY_SECONDS] * 2)
        sandbox.control("POST", "clock/advance", {"seconds": DAY_SECONDS})
        assert sandbox.pay(left["id"]).status_code == 410
        for news in ("completed", "expired"):
            told = api.made("GET", f"/v1/events?type=checkout.session.{news}")["data"]
            assert [event["created"] for event in told] == [NEW_YEAR + DAY_SECONDS]
        elsewhere = api.made("POST", "/v1/customers")
        assert [each["id"] for each in api.made("GET", "/v1/customers")["data"]] == [elsewhere["id"]]
        assert [each["id"] for each in api.made("GET", f"/v1/customers?test_clock={clock}")["data"]] == [buyer]
        api.made("DELETE", f"/v1/test_helpers/test_clocks/{clock}")
        assert api.call("POST", "/v1/customers", f"test_clock={clock}")[0] == 400


def test_too_many_calls_in_a_second_are_refused_in_stripes_words(api: Api) -> None:
    # calls of earlier tests count as long as they are a second old at most
    time.sleep(1)
    before = api.sandbox.control("GET", "rate")
    api.sandbox.set(rate_limit_per_second=ENOUGH_PER_SECOND)
    try:
        answers = [api.answer("GET", "/v1/customers?limit=1") for _ in range(2 * ENOUGH_PER_SECOND)]
    finally:
        api.sandbox.set(rate_limit_per_second=0)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert ENOUGH_PER_SECOND <= len(answers) - len(refused) < len(answers)
    assert refused[0].json()["error"]["code"] == "rate_limit"
    assert refused[0].headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    after = api.sandbox.control("GET", "rate")
    assert after["calls"] - before["calls"] == len(answers)
    assert after["refused"] - before["refused"] == len(refused)
    assert after["peak_per_second"] > ENOUGH_PER_SECOND


def test_a_slow_gateway_holds_nobody_up(api: Api) -> None:
    api.sandbox.set(answer_delay_seconds=SLOW_SECONDS)
    began = time.monotonic()
    try:
        with ThreadPoolExecutor(8) as callers:
            statuses = list(callers.map(lambda _: api.call("GET", "/v1/customers?limit=1")[0], range(8)))
    finally:
        api.sandbox.set(answer_delay_seconds=0)
    taken = time.monotonic() - began
    assert statuses == [200] * 8
    assert SLOW_SECONDS <= taken < 4 * SLOW_SECONDS


def test_both_can_be_set_on_the_command_line(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--rate-limit-per-second", "7", "--answer-delay-seconds", "0.3") as sandbox:
        options = sandbox.control("GET", "options")
        assert (options["rate_limit_per_second"], options["answer_delay_seconds"]) == (7, 0.3)
