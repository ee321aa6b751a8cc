"""A product tells what its customer uses, over the API, and the customer sees where the credits went."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from billing.invariants import usage_is_proved
from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.scenarios.storytelling import await_email, open_account, start_checkout

AT_ONCE = 50
PATIENCE_SECONDS = 60


@pytest.fixture
def scanner_id(shopper: Shopper) -> str:
    """Somebody who has bought two thousand credits; a page costs a tenth of one, since long ago."""
    account_id = open_account(shopper, "Usage Ltd")
    checkout = start_checkout(shopper, account_id)["result"]
    shopper.pay(checkout["checkout_url"])
    await_email(shopper, checkout["invoice_id"])
    price = {
        "operation": "page_scan", "name": "Page scan", "unit": "page", "credits": 1, "per_quantity": 10,
        "valid_from": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    shopper.command("/v1/admin/credit-costs/", price, str(uuid4()))
    return account_id


def _balance(shopper: Shopper, account_id: str) -> int:
    found: int = shopper.get("/v1/billing/credits/balance/", account_id=account_id)["balance"]
    return found


def test_events_reservations_and_charts(shopper: Shopper, stack_books: Database, scanner_id: str) -> None:
    assert "page_scan" in {cost["operation"] for cost in shopper.get("/v1/billing/credits/costs/")["data"]}
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    late = {"event_id": "late", "operation": "page_scan", "quantity": 200, "happened_at": yesterday}
    batch = {"account_id": scanner_id, "events": [late, {"event_id": "dance", "operation": "dance"}]}
    result = shopper.command("/v1/usage/", batch, str(uuid4()))["result"]
    assert [each.get("code", each["outcome"]) for each in result["events"]] == ["recorded", "operation_unknown"]
    assert (result["credits"], result["balance"]) == (20, 1_980)
    again = shopper.command("/v1/usage/", {"account_id": scanner_id, **late}, str(uuid4()))["result"]
    assert (again["duplicates"], again["balance"]) == (1, 1_980)
    with pytest.raises(StackError, match="event_id_reused"):
        shopper.command("/v1/usage/", {"account_id": scanner_id, **late, "quantity": 1}, str(uuid4()))

    estimate = {"account_id": scanner_id, "operation": "page_scan", "quantity": 5_000}
    reservation = shopper.command("/v1/usage/reservations/", estimate, str(uuid4()))["result"]["id"]
    assert _balance(shopper, scanner_id) == 1_480
    held = shopper.get("/v1/usage/reservations/", account_id=scanner_id)["data"]
    assert [each["id"] for each in held] == [reservation]
    settlement = {"event_id": "crawl", "quantity": 1_234}
    shopper.command(f"/v1/usage/reservations/{reservation}/settle/", settlement, str(uuid4()))
    assert shopper.get(f"/v1/usage/reservations/{reservation}/")["status"] == "settled"
    with pytest.raises(StackError, match="reservation_closed"):
        shopper.command(f"/v1/usage/reservations/{reservation}/release/", {}, str(uuid4()))

    seen = shopper.get("/v1/account/usage/analytics/", account_id=scanner_id)
    assert [day["credits"] for day in seen["days"][-2:]] == [20, 124]
    assert (seen["credits"], seen["balance"], _balance(shopper, scanner_id)) == (144, 1_856, 1_856)
    assert shopper.get(f"/v1/accounts/{scanner_id}/usage/analytics/")["top_operations"] == ["page_scan"]
    with stack_books.transaction() as session:
        assert usage_is_proved.ask(session) == []


def test_an_agreed_overdraft_is_set_by_the_company(shopper: Shopper, scanner_id: str) -> None:
    shopper.command(f"/v1/admin/accounts/{scanner_id}/credit-overdraft-max/", {"credit_overdraft_max": 5}, str(uuid4()))
    use = {"account_id": scanner_id, "amount": 2_005}
    assert shopper.command("/v1/billing/credits/consume/", use, str(uuid4()))["result"]["balance"] == -5
    with pytest.raises(StackError, match="insufficient_credits"):
        shopper.command("/v1/billing/credits/consume/", {**use, "amount": 1}, str(uuid4()))


def test_one_key_fifty_times_at_once_is_one_use_and_fifty_equal_answers(shopper: Shopper, scanner_id: str) -> None:
    url, key = f"{shopper.api_url}/v1/billing/credits/consume/", str(uuid4())
    headers = {"Authorization": f"Bearer {shopper.api_key}", "Idempotency-Key": key, "Prefer": "wait=30"}

    def send(body: dict[str, Any]) -> requests.Response:
        return requests.post(url, json=body, headers=headers, timeout=PATIENCE_SECONDS)

    use = {"account_id": scanner_id, "amount": 7, "description": "once"}
    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(lambda _: send(use), range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["result"] == {"account_id": scanner_id, "consumed": 7, "balance": 1_993}
    assert _balance(shopper, scanner_id) == 1_993
    other = send({**use, "amount": 8})
    assert (other.status_code, other.json()["type"]) == (422, "urn:cashbeat:problem:idempotency_key_reused")
