"""A vendor is one folder and one line of the registry: it sells through the real pipeline, and is no special case."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from billing.credits.queries import view_balance
from billing.invoices.queries import list_invoices
from billing.notices.describe_invoice import describe_invoice
from billing.receipts.queries import list_receipts
from calls.send_emails import letterhead_of
from database.inbox import InboxEvent
from schemas.facts.reversals import RefundRequest
from tests.toy_vendor.office import Office
from tests.toy_vendor.through_doors import PAGES, buy, give, hear
from workers.wiring import Work, utc_now


def test_it_sells_a_package_through_its_own_door(
    toy_door: httpx.Client, toy_work: Work, office: Office, toy_customer: UUID
) -> None:
    event = office.pay(buy(toy_door, toy_work, toy_customer))
    for _ in range(2):
        hear(toy_door, toy_work, event)
    with toy_work.database.transaction() as session:
        (invoice,) = list_invoices(session, account_id=toy_customer).data
        (receipt,) = list_receipts(session, account_id=toy_customer).data
        facts = describe_invoice(session, invoice.id, letterhead_of(toy_work))
        assert (invoice.status, invoice.number is not None) == ("paid", True)
        assert (receipt.gateway, receipt.amount_minor, receipt.kept_minor) == ("toy", 2_999, 0)
        assert view_balance(session, toy_customer, utc_now()).balance == 2_000
        assert [payment.method for payment in facts.payments] == ["Toy money"]


def test_who_does_not_know_its_secret_is_refused(toy_door: httpx.Client, toy_work: Work) -> None:
    forged = toy_door.post("/v1/billing/webhooks/toy/", content=b'{"id": "1"}', headers={"toy-secret": "guess"})
    assert forged.status_code == 400
    with toy_work.database.transaction() as session:
        assert session.scalars(select(InboxEvent)).all() == []


def test_money_that_does_not_fit_is_kept_whichever_vendor_has_it(
    toy_door: httpx.Client, toy_work: Work, office: Office, toy_customer: UUID
) -> None:
    hear(toy_door, toy_work, office.pay(buy(toy_door, toy_work, toy_customer), amount_minor=1_000))
    listed = toy_door.get(
        "/v1/billing/receipts/", params={"account_id": str(toy_customer), "needs_a_look": True}
    ).json()
    assert [(each["gateway"], each["kept_minor"], each["remark"]) for each in listed["data"]] == [
        ("toy", 1_000, "other_amount")
    ]


@pytest.mark.parametrize(
    ("path", "body", "cannot"),
    [
        ("/v1/billing/stripe/card-setup/", PAGES, "keep payment methods"),
        ("/v1/billing/stripe/subscription-checkout/", {**PAGES, "plan": {"plan": "starter"}}, "run subscriptions"),
        ("/v1/billing/stripe/portal/", {"return_url": "https://app.example/"}, "run subscriptions"),
    ],
)
def test_what_it_cannot_do_is_refused_in_our_words(
    toy_door: httpx.Client, toy_work: Work, toy_customer: UUID, path: str, body: dict[str, Any], cannot: str
) -> None:
    refused = give(toy_door, toy_work, path, account_id=str(toy_customer), gateway="toy", **body)
    assert refused.problem is not None
    assert refused.problem["type"] == "urn:cashbeat:problem:gateway_cannot"
    assert refused.problem["detail"] == f"The gateway 'toy' cannot {cannot}."


def test_a_vendor_that_nobody_has_registered_is_unknown(
    toy_door: httpx.Client, toy_work: Work, toy_customer: UUID
) -> None:
    refused = give(
        toy_door, toy_work, "/v1/billing/stripe/card-setup/", account_id=str(toy_customer), gateway="abacus", **PAGES
    )
    assert refused.problem is not None
    assert refused.problem["type"] == "urn:cashbeat:problem:gateway_unknown"
    assert refused.problem["detail"] == "There is no payment gateway 'abacus'; there are stripe, paypal, toy."


def test_it_gives_money_back(toy_door: httpx.Client, toy_work: Work, office: Office, toy_customer: UUID) -> None:
    ref = buy(toy_door, toy_work, toy_customer)
    hear(toy_door, toy_work, office.pay(ref))
    toy_work.gateway("toy").refunds.refund(RefundRequest("refund-1", "key-1", ref, 500, "USD"))
    assert office.orders[ref]["refunded"] == 500
