"""The card that was chosen is the one that is charged: by subscriptions too, and at once for what is open."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.errors import Rejected
from gateways.stripe.client import StripeGateway
from tests.gateways.conversation import changes_asked, listed, read, script
from tests.gateways.golden_events import VERSION_NEW, golden_object
from tests.gateways.loopback import Script, ScriptedServer, http_answer

Scripted = Callable[[Script], ScriptedServer]
CARD = "pm_1QaBcDeFgHiJkLmNoPqRsTuV"
CUSTOMER = "cus_RaBcDeFgHiJkLm"
ATTACH = f"/v1/payment_methods/{CARD}/attach"
DEFAULT = (f"/v1/customers/{CUSTOMER}", {"invoice_settings[default_payment_method]": CARD}, "card/1/customer")
TOLD = (*DEFAULT[:2], "card/1/told")
DECLINED = http_answer("402 Payment Required", b'{"error": {"type": "card_error", "code": "card_declined"}}')


def method(**changes: Any) -> dict[str, Any]:
    return golden_object(VERSION_NEW, "payment_method.attached") | changes


def customer(default: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": CUSTOMER, "object": "customer", "invoice_settings": {"default_payment_method": default}}


def subscription(reference: str, card_ref: str | None, status: str = "active") -> dict[str, Any]:
    return {"id": reference, "object": "subscription", "status": status, "default_payment_method": card_ref}


def account(**answers: Any) -> dict[str, Any]:
    """A customer with this card, which nothing is charged to yet."""
    return {
        f"GET /v1/payment_methods/{CARD}": method(),
        f"GET /v1/customers/{CUSTOMER}": customer(),
        f"POST /v1/customers/{CUSTOMER}": {},
        "GET /v1/subscriptions": listed(),
        "GET /v1/invoices": listed(),
    } | answers


def obeying(default: dict[str, Any]) -> Script:
    """This is charged by default until it is asked to charge the card."""
    before, after = (
        script(account(**{f"GET /v1/customers/{CUSTOMER}": customer(each)})) for each in (default, method())
    )
    asked: list[str] = []

    def answer(request: bytes) -> bytes:
        asked.append(read(request).call)
        return (after if f"POST /v1/customers/{CUSTOMER}" in asked else before)(request)

    return answer


def make_default(server: ScriptedServer, **wishes: Any) -> bool:
    return StripeGateway("sk_test_made_up", server.url).make_default(CUSTOMER, CARD, idempotency_key="card/1", **wishes)


def test_a_card_of_the_customer_becomes_the_default(scripted: Scripted) -> None:
    server = scripted(script(account()))
    assert make_default(server)
    assert changes_asked(server) == [DEFAULT]


def test_a_loose_card_is_attached_first(scripted: Scripted) -> None:
    answers = {f"GET /v1/payment_methods/{CARD}": method(customer=None), f"POST {ATTACH}": method()}
    server = scripted(script(account(**answers)))
    assert make_default(server)
    assert changes_asked(server) == [(ATTACH, {"customer": CUSTOMER}, "card/1/attach"), DEFAULT]


def test_a_card_of_somebody_else_is_refused_and_nothing_changes(scripted: Scripted) -> None:
    taken = http_answer("400 Bad Request", b'{"error": {"type": "invalid_request_error"}}')
    answers = {f"GET /v1/payment_methods/{CARD}": method(customer="cus_other"), f"POST {ATTACH}": taken}
    server = scripted(script(account(**answers)))
    with pytest.raises(Rejected):
        make_default(server)
    assert [path for path, _, _ in changes_asked(server)] == [ATTACH]


def test_running_subscriptions_with_a_card_of_their_own_move_to_the_new_one(scripted: Scripted) -> None:
    subscriptions = listed(
        subscription("sub_own", "pm_old"),
        subscription("sub_late", "pm_old", "past_due"),
        subscription("sub_default", None),
        subscription("sub_moved", CARD),
        subscription("sub_over", "pm_old", "canceled"),
    )
    answers: dict[str, Any] = {f"POST /v1/subscriptions/{each}": {} for each in ("sub_own", "sub_late")}
    server = scripted(script(account(**answers, **{"GET /v1/subscriptions": subscriptions})))
    assert make_default(server)
    assert changes_asked(server) == [
        ("/v1/subscriptions/sub_own", {"default_payment_method": CARD}, "card/1/sub_own"),
        ("/v1/subscriptions/sub_late", {"default_payment_method": CARD}, "card/1/sub_late"),
        DEFAULT,
    ]
    looked_through = [read(each).form for each in server.requests if read(each).call == "GET /v1/invoices"]
    assert [each["subscription"] for each in looked_through] == ["sub_own", "sub_late", "sub_default"]
    assert {(each["status"], each["collection_method"]) for each in looked_through} == {
        ("open", "charge_automatically")
    }


def test_what_is_open_is_tried_with_the_card_the_oldest_first_whatever_the_bank_says(scripted: Scripted) -> None:
    answers = {
        "GET /v1/subscriptions": listed(subscription("sub_late", "pm_old", "past_due")),
        "GET /v1/invoices": listed({"id": "in_2"}, {"id": "in_1"}),
        "POST /v1/invoices/in_1/pay": DECLINED,
        "POST /v1/invoices/in_2/pay": {},
        "POST /v1/subscriptions/sub_late": {},
    }
    server = scripted(script(account(**answers)))
    assert make_default(server)
    assert changes_asked(server) == [
        ("/v1/invoices/in_1/pay", {"payment_method": CARD}, "card/1/in_1"),
        ("/v1/invoices/in_2/pay", {"payment_method": CARD}, "card/1/in_2"),
        ("/v1/subscriptions/sub_late", {"default_payment_method": CARD}, "card/1/sub_late"),
        DEFAULT,
    ]


def test_the_card_that_is_charged_already_costs_no_change(scripted: Scripted) -> None:
    answers = {
        f"GET /v1/customers/{CUSTOMER}": customer(method()),
        "GET /v1/subscriptions": listed(subscription("sub_own", CARD), subscription("sub_default", None)),
    }
    server = scripted(script(account(**answers)))
    assert make_default(server, unless_newer=True)
    assert changes_asked(server) == []


@pytest.mark.parametrize(("seconds", "stands"), [(-1, False), (0, False), (1, True)])
def test_a_newer_default_can_be_left_as_it_is(scripted: Scripted, seconds: int, stands: bool) -> None:
    default = method(id="pm_default", created=method()["created"] + seconds)
    server = scripted(obeying(default))
    assert make_default(server, unless_newer=True) is not stands
    assert changes_asked(server) == ([] if stands else [TOLD])


def test_a_choice_whose_key_is_spent_leaves_what_was_chosen_since(scripted: Scripted) -> None:
    """Stripe repeats its answer of then and changes nothing."""
    older = customer(method(id="pm_default", created=method()["created"] - 1))
    server = scripted(script(account(**{f"GET /v1/customers/{CUSTOMER}": older})))
    assert not make_default(server, unless_newer=True)
    assert changes_asked(server) == [TOLD]
