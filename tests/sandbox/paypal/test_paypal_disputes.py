"""Disputes: opened at PayPal or at the bank, answered, lost and won; and where the money is meanwhile."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import requests

from tests.sandbox.paypal.calling import Json, PayPal, money
from tests.sandbox.running import ANSWER_SECONDS

DISPUTES = "/v1/customer/disputes"


def dispute(paypal: PayPal, capture: Json, **wishes: object) -> Json:
    return paypal.control("POST", f"captures/{capture['id']}/dispute", wishes)


def end(paypal: PayPal, opened: Json, outcome: str) -> Json:
    paypal.control("POST", f"disputes/{opened['dispute_id']}/resolve", {"outcome": outcome})
    return get(paypal, opened)


def get(paypal: PayPal, opened: Json) -> Json:
    return paypal.made("GET", f"{DISPUTES}/{opened['dispute_id']}")


def moved(told: Json) -> list[tuple[str, str, str]]:
    rows = told.get("money_movements", [])
    return [(row["type"], row["reason"], row["amount"]["value"]) for row in rows]


def adjusted(paypal: PayPal, opened: Json) -> list[int]:
    rows = paypal.control("GET", "ledger")["adjustments"]
    return [row["amount"] for row in rows if row["of"] == opened["dispute_id"]]


def status_of(paypal: PayPal, capture: Json) -> tuple[str, str]:
    told = paypal.made("GET", f"/v2/payments/captures/{capture['id']}")
    return told["status"], told.get("status_details", {}).get("reason", "")


def test_a_dispute_says_which_payment_it_is_about(paypal: PayPal) -> None:
    capture = paypal.captured(paypal.order(custom_id="ours", invoice_id="disputed-1"))
    told = get(paypal, dispute(paypal, capture, reason="UNAUTHORISED", minor=999))
    about = told["disputed_transactions"][0]
    assert (about["seller_transaction_id"], about["custom"], about["invoice_number"]) == (
        capture["id"],
        "ours",
        "disputed-1",
    )
    assert (told["reason"], told["dispute_amount"], told["status"]) == (
        "UNAUTHORISED",
        money("9.99"),
        "WAITING_FOR_SELLER_RESPONSE",
    )
    listed = paypal.made("GET", f"{DISPUTES}?disputed_transaction_id={capture['id']}")["items"]
    assert [each["dispute_id"] for each in listed] == [told["dispute_id"]]


@pytest.mark.parametrize(
    ("outcome", "movements", "rows", "capture_status"),
    [
        (
            "RESOLVED_BUYER_FAVOUR",
            [("DEBIT", "DISPUTE_SETTLEMENT", "29.99"), ("DEBIT", "DISPUTE_FEE", "15.00")],
            [-2999, -1500],
            ("REFUNDED", "BUYER_COMPLAINT"),
        ),
        ("RESOLVED_SELLER_FAVOUR", [], [], ("COMPLETED", "")),
        ("CANCELED_BY_BUYER", [], [], ("COMPLETED", "")),
        ("RESOLVED_WITH_PAYOUT", [], [], ("COMPLETED", "")),
    ],
)
def test_at_paypal_the_money_stays_until_it_is_lost(
    paypal: PayPal,
    outcome: str,
    movements: list[tuple[str, str, str]],
    rows: list[int],
    capture_status: tuple[str, str],
) -> None:
    capture = paypal.captured()
    opened = dispute(paypal, capture)
    assert adjusted(paypal, opened) == []
    told = end(paypal, opened, outcome)
    assert (told["status"], told["dispute_outcome"]["outcome_code"], moved(told)) == ("RESOLVED", outcome, movements)
    assert adjusted(paypal, opened) == rows
    assert status_of(paypal, capture) == capture_status
    assert paypal.told_of(opened["dispute_id"]) == ["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED"]


TAKEN = [("DEBIT", "DISPUTE_SETTLEMENT", "10.00"), ("DEBIT", "CHARGEBACK_FEE", "20.00")]


@pytest.mark.parametrize(
    ("outcome", "movements", "rows", "capture_status"),
    [
        ("RESOLVED_BUYER_FAVOUR", TAKEN, [-1000, -2000], ("PARTIALLY_REFUNDED", "CHARGEBACK")),
        (
            "RESOLVED_SELLER_FAVOUR",
            [*TAKEN, ("CREDIT", "DISPUTE_SETTLEMENT", "10.00")],
            [-1000, -2000, 1000],
            ("COMPLETED", ""),
        ),
    ],
)
def test_at_the_bank_the_money_is_gone_until_it_is_won(
    paypal: PayPal,
    outcome: str,
    movements: list[tuple[str, str, str]],
    rows: list[int],
    capture_status: tuple[str, str],
) -> None:
    capture = paypal.captured()
    opened = dispute(paypal, capture, minor=1000, channel="EXTERNAL")
    assert (adjusted(paypal, opened), status_of(paypal, capture)[0]) == ([-1000, -2000], "PARTIALLY_REFUNDED")
    told = end(paypal, opened, outcome)
    assert moved(told) == movements
    assert adjusted(paypal, opened) == rows
    assert status_of(paypal, capture) == capture_status


def test_who_gives_in_pays_back(paypal: PayPal) -> None:
    capture = paypal.captured()
    opened = dispute(paypal, capture)
    paypal.made("POST", f"{DISPUTES}/{opened['dispute_id']}/accept-claim", {"note": "You are right."})
    told = get(paypal, opened)
    assert (told["dispute_outcome"]["outcome_code"], adjusted(paypal, opened)) == ("ACCEPTED", [-2999, -1500])
    again = paypal.issue("POST", f"{DISPUTES}/{opened['dispute_id']}/accept-claim")
    assert again == (422, "ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE")


def test_evidence_may_come_with_files_and_is_reviewed(paypal: PayPal) -> None:
    opened = dispute(paypal, paypal.captured())
    evidence = {"evidences": [{"evidence_type": "PROOF_OF_FULFILLMENT", "notes": "It was used."}]}
    answer = requests.post(
        f"{paypal.sandbox.address}/paypal{DISPUTES}/{opened['dispute_id']}/provide-evidence",
        files={
            "input": ("input.json", json.dumps(evidence).encode(), "application/json"),
            "file1": ("proof.pdf", b"%PDF-1.7", "application/pdf"),
        },
        headers={"Authorization": f"Bearer {paypal.token}"},
        timeout=ANSWER_SECONDS,
    )
    assert answer.status_code == 200
    told = get(paypal, opened)
    assert (told["status"], told["evidences"][0]["notes"]) == ("UNDER_REVIEW", "It was used.")
    assert paypal.told_of(opened["dispute_id"]) == ["CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED"]


def test_what_is_disputed_is_refunded_whole_or_not_at_all(paypal: PayPal) -> None:
    capture = paypal.captured()
    opened = dispute(paypal, capture)
    path = f"/v2/payments/captures/{capture['id']}/refund"
    assert paypal.issue("POST", path, {"amount": money("1.00")}) == (422, "TRANSACTION_DISPUTED")
    paypal.made("POST", path)
    end(paypal, opened, "RESOLVED_BUYER_FAVOUR")
    # there was nothing left to lose, but for the fee
    assert adjusted(paypal, opened) == [-1500]


def test_a_payment_is_disputed_once_at_a_time_and_only_when_it_arrived(paypal: PayPal) -> None:
    pending, capture = paypal.captured(outcome="pending"), paypal.captured()
    opened = dispute(paypal, capture)
    for wrong in (pending, capture):
        with pytest.raises(requests.HTTPError, match="409"):
            dispute(paypal, wrong)
    end(paypal, opened, "RESOLVED_SELLER_FAVOUR")
    with pytest.raises(requests.HTTPError, match="409"):
        end(paypal, opened, "RESOLVED_BUYER_FAVOUR")
    assert dispute(paypal, capture)["dispute_id"] != opened["dispute_id"]


def test_lists_go_page_by_page_and_by_time_and_state(paypal: PayPal) -> None:
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 60})
    paypal.sign_in()
    since = datetime.fromtimestamp(paypal.sandbox.control("GET", "clock")["now"], UTC).isoformat()
    ids = [dispute(paypal, paypal.captured())["dispute_id"] for _ in range(3)]
    asked = urlencode({"update_time_after": since, "page_size": 2})
    first = paypal.made("GET", f"{DISPUTES}?{asked}")
    second = paypal.made("GET", first["links"][1]["href"].partition("/paypal")[2])
    found = [each["dispute_id"] for page in (first, second) for each in page["items"]]
    assert found == ids[::-1]
    end(paypal, {"dispute_id": ids[0]}, "CANCELED_BY_BUYER")
    open_ones = paypal.made("GET", f"{DISPUTES}?{asked}&dispute_state=REQUIRED_ACTION,UNDER_PAYPAL_REVIEW")
    assert {each["dispute_id"] for each in open_ones["items"]} == set(ids[1:])
    assert "items" not in paypal.made("GET", f"{DISPUTES}?disputed_transaction_id=NOTHING")
    assert paypal.issue("GET", f"{DISPUTES}?colour=red") == (400, "INVALID_PARAMETER_VALUE")
