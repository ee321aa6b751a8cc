"""Disputes, inquiries and late refunds: by test card, by evidence, and by the control API."""

from collections.abc import Callable

import pytest
from requests import HTTPError

from tests.sandbox.running import Api, Json

DISPUTED = {
    "createDispute": ("fraudulent", "needs_response"),
    "createDisputeProductNotReceived": ("product_not_received", "needs_response"),
    "createDisputeInquiry": ("fraudulent", "warning_needs_response"),
}
FEE = 1_500
WEEK = 7 * 24 * 60 * 60


def pay(api: Api, card: str, currency: str) -> Json:
    """A charge of 50.00 by API."""
    form = f"amount=5000&currency={currency}&confirm=true&payment_method=pm_card_{card}&expand[]=latest_charge"
    paid: Json = api.made("POST", "/v1/payment_intents", form)["latest_charge"]
    return paid


def later(api: Api) -> None:
    """A few seconds on."""
    api.sandbox.control("POST", "clock/advance", {"seconds": 3})


def disputed(api: Api, currency: str, **wishes: object) -> Json:
    """A charge that its customer disputes or asks about."""
    charge = pay(api, "visa", currency)
    found: Json = api.sandbox.control("POST", f"charges/{charge['id']}/dispute", dict(wishes))
    return found


def total(api: Api, currency: str) -> int:
    """What is left in a currency."""
    return int(api.sandbox.control("GET", "ledger")["totals"].get(currency, 0))


@pytest.mark.parametrize("card", DISPUTED)
def test_a_card_that_stands_for_a_dispute_is_disputed_a_little_later_and_once(api: Api, card: str) -> None:
    charge = pay(api, card, "usd")
    assert api.made("GET", f"/v1/disputes?charge={charge['id']}")["data"] == []
    later(api)
    later(api)
    (dispute,) = api.made("GET", f"/v1/disputes?charge={charge['id']}")["data"]
    assert (dispute["reason"], dispute["status"]) == DISPUTED[card]
    assert dispute["evidence_details"]["due_by"] == dispute["created"] + WEEK
    assert api.made("GET", f"/v1/charges/{charge['id']}")["disputed"] is True


@pytest.mark.parametrize(
    ("said", "status", "left"), [("winning_evidence", "won", 5_000), ("losing_evidence", "lost", 0)]
)
def test_evidence_decides(api: Api, said: str, status: str, left: int) -> None:
    before = total(api, "pln")
    path = f"/v1/disputes/{disputed(api, 'pln')['id']}"
    kept = api.made("POST", path, "evidence[customer_name]=A&submit=false")
    assert (kept["status"], kept["evidence_details"]["submission_count"]) == ("needs_response", 0)
    sent = api.made("POST", path, f"evidence[uncategorized_text]={said}")
    assert (sent["status"], sent["evidence"]["customer_name"]) == (status, "A")
    assert sent["evidence_details"]["submission_count"] == 1
    assert total(api, "pln") - before == left - FEE


def test_other_evidence_is_looked_at_until_the_bank_has_decided_and_takes_no_more(api: Api) -> None:
    dispute = disputed(api, "czk")
    path = f"/v1/disputes/{dispute['id']}"
    assert api.made("POST", path, "evidence[product_description]=Credits")["status"] == "under_review"
    assert api.call("POST", path, "evidence[product_description]=More")[0] == 400
    assert api.call("POST", f"{path}/close")[0] == 400
    assert api.sandbox.control("POST", f"disputes/{dispute['id']}/end", {"won": False})["status"] == "lost"


def test_a_charge_is_refunded_only_if_its_dispute_says_so(api: Api) -> None:
    """Nor is the part that is not disputed: the dispute says no such thing."""
    dispute = disputed(api, "thb", amount=3_000)
    path, refund = f"/v1/disputes/{dispute['id']}", f"charge={dispute['charge']}&amount=1000"
    for status in ("needs_response", "won"):
        found = api.made("GET", path)
        assert (found["status"], found["is_charge_refundable"]) == (status, status == "won")
        if status != "won":
            code, body = api.call("POST", "/v1/refunds", refund)
            assert (code, body["error"]["code"]) == (400, "charge_disputed")
            api.made("POST", path, "evidence[uncategorized_text]=winning_evidence")
    assert api.made("POST", "/v1/refunds", refund)["status"] == "succeeded"


def test_what_was_refunded_in_full_while_a_bank_asked_is_not_taken_as_well(api: Api) -> None:
    before = total(api, "mxn")
    inquiry = disputed(api, "mxn", inquiry=True)
    assert inquiry["is_charge_refundable"] is True
    api.made("POST", "/v1/refunds", f"charge={inquiry['charge']}&amount=4999")
    api.made("POST", "/v1/refunds", f"charge={inquiry['charge']}")
    with pytest.raises(HTTPError, match="409"):
        api.sandbox.control("POST", f"disputes/{inquiry['id']}/escalate")
    _by_evidence(api, inquiry)
    assert api.made("GET", f"/v1/disputes/{inquiry['id']}")["status"] == "warning_under_review"
    assert total(api, "mxn") - before == 0


def test_evidence_in_files_is_refused(api: Api) -> None:
    path = f"/v1/disputes/{disputed(api, 'usd')['id']}"
    status, body = api.call("POST", path, "evidence[receipt]=file_1")
    assert (status, body["error"]["param"]) == (400, "evidence[receipt]")


def test_an_inquiry_moves_nothing_and_closes_without_a_fee(api: Api) -> None:
    before = total(api, "ron")
    inquiry = disputed(api, "ron", inquiry=True)
    assert (inquiry["status"], inquiry["balance_transactions"]) == ("warning_needs_response", [])
    closed = api.made("POST", f"/v1/disputes/{inquiry['id']}/close")
    assert (closed["status"], total(api, "ron") - before) == ("warning_closed", 5_000)


def _by_evidence(api: Api, inquiry: Json) -> None:
    api.made("POST", f"/v1/disputes/{inquiry['id']}", "evidence[uncategorized_text]=escalate_inquiry_evidence")


def _by_control(api: Api, inquiry: Json) -> None:
    api.sandbox.control("POST", f"disputes/{inquiry['id']}/escalate")


@pytest.mark.parametrize("escalate", [_by_evidence, _by_control])
def test_an_inquiry_that_is_escalated_takes_the_money_then(api: Api, escalate: Callable[[Api, Json], None]) -> None:
    before = total(api, "bgn")
    inquiry = disputed(api, "bgn", inquiry=True)
    escalate(api, inquiry)
    after = api.made("GET", f"/v1/disputes/{inquiry['id']}")
    assert (after["status"], total(api, "bgn") - before) == ("needs_response", -FEE)
    (taken,) = api.made("GET", f"/v1/balance_transactions?source={inquiry['id']}")["data"]
    assert (taken["amount"], taken["fee"], taken["net"]) == (-5_000, FEE, -5_000 - FEE)


def test_a_refund_of_the_pending_card_is_pending_and_arrives(api: Api) -> None:
    charge = pay(api, "pendingRefund", "usd")
    refund = api.made("POST", "/v1/refunds", f"charge={charge['id']}")
    assert (refund["status"], refund["pending_reason"]) == ("pending", "processing")
    later(api)
    assert api.made("GET", f"/v1/refunds/{refund['id']}")["status"] == "succeeded"


def test_a_refund_of_the_failing_card_succeeds_and_comes_back_later(api: Api) -> None:
    before = total(api, "isk")
    charge = pay(api, "refundFail", "isk")
    refund = api.made("POST", "/v1/refunds", f"charge={charge['id']}")
    assert (refund["status"], total(api, "isk") - before) == ("succeeded", 0)
    later(api)
    assert api.made("GET", f"/v1/refunds/{refund['id']}")["status"] == "failed"
    assert total(api, "isk") - before == 5_000


def test_only_a_refund_that_waits_for_the_customer_can_be_canceled(api: Api) -> None:
    before = total(api, "sgd")
    charge = pay(api, "pendingRefund", "sgd")
    refund = api.made("POST", "/v1/refunds", f"charge={charge['id']}")
    assert api.call("POST", f"/v1/refunds/{refund['id']}/cancel")[0] == 400
    assert api.sandbox.control("POST", f"refunds/{refund['id']}/ask-customer")["status"] == "requires_action"
    assert api.made("POST", f"/v1/refunds/{refund['id']}/cancel")["status"] == "canceled"
    later(api)
    assert api.made("GET", f"/v1/refunds/{refund['id']}")["status"] == "canceled"
    assert (total(api, "sgd") - before, api.made("GET", f"/v1/charges/{charge['id']}")["amount_refunded"]) == (5_000, 0)


def test_a_payout_takes_what_is_there_and_may_come_back(api: Api) -> None:
    pay(api, "visa", "php")
    status, body = api.call("POST", "/v1/payouts", "amount=5000&currency=php")
    assert (status, body["error"]["code"]) == (400, "balance_insufficient"), "there is a fee"
    payout = api.made("POST", "/v1/payouts", "amount=4000&currency=php")
    assert api.call("POST", "/v1/payouts", "amount=4000&currency=php")[0] == 400
    later(api)
    assert api.made("GET", f"/v1/payouts/{payout['id']}")["status"] == "paid"
    assert api.sandbox.control("POST", f"payouts/{payout['id']}/fail")["status"] == "failed"
    assert api.made("POST", "/v1/payouts", "amount=4000&currency=php")["status"] == "pending"
