"""Credits are bought by one command, in whichever way: from what is saved, on a page, by transfer."""

from uuid import uuid4

import pytest

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
from tests.scenarios.subscriptions import Json, Subscriber, assert_in_order

PURCHASE = "/v1/billing/credits/purchase/"
BACK = {"success_url": "https://app.example/thanks", "cancel_url": "https://app.example/prices"}


def test_what_is_saved_is_charged_and_a_declined_card_owes_nothing(shopper: Shopper, stack_books: Database) -> None:
    """Nora's card pays, then it is declined: the purchase is over, and nobody duns her for it."""
    nora = Subscriber(shopper, "Nora", "2026-05-04 10:00")
    card_ref = nora.use_card()
    bought = nora.tell(PURCHASE, package="value")
    assert (bought["paid_by"], bought["kind"], bought["amount_minor"]) == ("saved", "charge", 2_999)
    assert _outcome(shopper, bought) == "captured"
    assert (nora.credits(), nora.bills()) == (2_000, [("2026-05-04", "paid", 2_999)])

    nora.card_declines(card_ref, "insufficient_funds")
    declined = nora.tell(PURCHASE, package="value", method="saved")
    assert _outcome(shopper, declined) == "failed"
    shown = shopper.get(f"/v1/billing/payments/{declined['id']}/")
    assert (shown["failure"], shown["receipt_id"]) == ("Your card has insufficient funds.", None)
    assert (nora.credits(), nora.bills()[-1][1:]) == (2_000, ("void", 2_999))
    assert_in_order(stack_books)


def test_a_page_opens_where_one_is_named_or_nothing_is_saved(shopper: Shopper, stack_books: Database) -> None:
    otto = Subscriber(shopper, "Otto", "2026-05-04 10:00")
    with pytest.raises(StackError, match="no_card"):
        otto.tell(PURCHASE, package="value")
    shown = {"shown_card_id": str(uuid4())}
    with pytest.raises(StackError, match="no_card"):
        otto.tell(PURCHASE, package="value", **shown, **BACK)
    page = otto.tell(PURCHASE, package="value", **BACK)
    assert (page["paid_by"], shopper.pay(page["checkout_url"])) == ("page", 303)
    eventually(lambda: otto.credits() == 2_000, "the credits of the page")

    otto.use_card()
    named = otto.tell(PURCHASE, package="starter", method="stripe", **BACK)
    assert named["checkout_url"].startswith("http")
    assert otto.tell(PURCHASE, package="starter", **BACK)["paid_by"] == "saved"
    with pytest.raises(StackError, match="method_changed"):
        otto.tell(PURCHASE, package="starter", **shown)
    with pytest.raises(StackError, match="shown_card_id"):
        otto.tell(PURCHASE, package="starter", method="stripe", **shown, **BACK)
    with pytest.raises(StackError, match="success_url"):
        otto.tell(PURCHASE, package="value", method="paypal")
    with pytest.raises(StackError, match="package_not_found"):
        otto.tell(PURCHASE, package="nothing")
    assert_in_order(stack_books)


def test_a_transfer_is_ordered_and_told_how(shopper: Shopper) -> None:
    petra = Subscriber(shopper, "Petra", "2026-05-04 10:00")
    order = petra.tell(PURCHASE, package="value", method="bank_transfer")
    assert (order["paid_by"], order["status"], order["left_minor"]) == ("bank_transfer", "pending", 2_999)
    assert order["reference"].startswith("RF")
    assert petra.credits() == 0


def test_an_invoice_is_mailed_again_once_an_hour(shopper: Shopper) -> None:
    quentin = Subscriber(shopper, "Quentin", "2026-05-04 10:00")
    quentin.use_card()
    quentin.tell(PURCHASE, package="value")
    eventually(lambda: [bill for bill in quentin.invoices() if bill["status"] == "paid"], "the invoice")
    (bill,) = quentin.invoices()
    confirmed = f"Payment received: {bill['number']}"
    quentin.awaits_mail(confirmed)
    path = f"/v1/billing/invoices/{bill['id']}/send/"
    first, second = (shopper.command(path, {}, str(uuid4()))["result"] for _ in range(2))
    assert first["invoice_id"] == second["invoice_id"] == bill["id"]
    eventually(lambda: f"Your invoice {bill['number']}" in quentin.mails(), "the mail")
    assert len(quentin.mails()) in {2, 3}, "three where the clock has struck between the two wishes"

    page = quentin.tell(PURCHASE, package="value", method="stripe", **BACK)
    with pytest.raises(StackError, match="invoice_draft"):
        shopper.command(f"/v1/billing/invoices/{page['invoice_id']}/send/", {}, str(uuid4()))


def _outcome(shopper: Shopper, bought: Json) -> str:
    path = f"/v1/billing/payments/{bought['id']}/"
    eventually(lambda: shopper.get(path)["status"] in {"captured", "failed"}, "the bank's answer")
    return str(shopper.get(path)["status"])
