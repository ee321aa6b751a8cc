"""A subscription in krónur that Stripe runs and prorates to the hundredth, which neither our books nor cards have."""

from uuid import UUID

import pytest

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.gateway_run.mirror_invoice import InvoiceContradiction
from billing.invoices.tables import InvoiceStatus
from database.engine import Database
from gateways.stripe.invoice_shapes import invoice_of
from schemas.facts.invoices import GatewayInvoiceFact
from tests.billing.gateway_facts import JANUARY_31, REF, GatewayRun
from tests.billing.subscribers import Books
from tests.gateways.invoices_in_fractions import Json, bills


@pytest.fixture
def in_kronur(books: Books, database: Database, account_id: UUID) -> GatewayRun:
    """1,000 a month."""
    with database.transaction() as session:
        publish_plan(session, "basic", "Basic", PlanContent(0, {("ISK", Interval.MONTH): 1_000}))
    run = GatewayRun(database, account_id, "basic", "ISK")
    run.hear(run.fact("basic"))
    return run


def fact_of(there: Json) -> GatewayInvoiceFact:
    """As the gateway's room reads it."""
    marks = {"subscription": REF, "metadata": {}}
    there = there | {"parent": {"subscription_details": marks}, "customer": "cus_1"}
    return invoice_of(there, there["lines"]["data"])


def test_each_is_mirrored_and_the_books_owe_and_keep_what_stripe_does(in_kronur: GatewayRun) -> None:
    """An upgrade, a downgrade, a month that the rest of it pays, cents that are carried over until they are a króna."""
    month = (100_000, 0)
    history = [
        [month], [(-33_333, 0), (66_670, 8_001)], [(-50_050, 0)], [month],
        [(33, 0)], [(33, 0)], [month], [(33, 8)], [month],
    ]  # fmt: skip
    for there in bills(history):
        fact = fact_of(there)
        invoice = in_kronur.invoice(in_kronur.bill(fact, JANUARY_31))
        assert (invoice.status, invoice.total_minor) == (InvoiceStatus.PAID, max(fact.total_minor, 0))
        balance = there["ending_balance"]
        assert abs(in_kronur.kept_there("ISK") * 100 + balance) <= 50, "Stripe's balances are negative for a credit"


def test_what_does_not_add_up_is_parked_as_before(in_kronur: GatewayRun) -> None:
    (there,) = bills([[(100_050, 0)]])
    asked = there | {"status": "open", "amount_paid": 0, "payments": {"data": []}}
    with pytest.raises(InvoiceContradiction):
        in_kronur.bill(fact_of(asked | {"amount_due": 120_000}), JANUARY_31)
