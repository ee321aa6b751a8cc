"""Tax rates of a subscription, on its invoices, prorations, previews and on the hosted page."""

from urllib.parse import urlencode

import pytest
import requests

from settings import SANDBOX_STRIPE_KEY
from tests.sandbox.running import Api, Json
from tests.sandbox.subscribing import Subscriber, price
from tests.sandbox.test_sandbox_billing_checkout import TRIAL, open_session
from tests.sandbox.test_sandbox_billing_versions import BEFORE_BASIL

TOTALS = ("subtotal", "total_excluding_tax", "total", "amount_due")


def tax_rate(api: Api, percentage: str = "19", *, inclusive: bool = False, **more: object) -> str:
    """The id of a new rate."""
    fields = {"display_name": "VAT", "percentage": percentage, "inclusive": str(inclusive).lower(), **more}
    return str(api.made("POST", "/v1/tax_rates", urlencode(fields))["id"])


def totals(invoice: Json) -> tuple[int, ...]:
    """Before and after tax, and what is asked for."""
    return tuple(invoice[name] for name in TOTALS)


def taxes(invoice: Json) -> list[int]:
    """What each rate comes to."""
    return [tax["amount"] for tax in invoice["total_taxes"]]


def test_each_invoice_is_taxed(billing: Api) -> None:
    ada = Subscriber(billing, "2026-03-01")
    rate = tax_rate(billing)
    ada.subscribe(price(billing, 19_900), **{"default_tax_rates[0]": rate})
    assert [each["id"] for each in ada.subscription()["default_tax_rates"]] == [rate]
    ada.advance("2026-04-02")
    for invoice in ada.invoices():
        assert (totals(invoice), taxes(invoice)) == ((19_900, 19_900, 23_681, 23_681), [3_781])
        (line,) = invoice["lines"]["data"]
        assert (line["amount"], line["taxes"][0]["taxable_amount"]) == (19_900, 19_900)
        assert line["taxes"][0]["tax_rate_details"] == {"tax_rate": rate}
        assert (invoice["status"], invoice["amount_paid"]) == ("paid", 23_681)
        assert [each["id"] for each in invoice["default_tax_rates"]] == [rate]


def test_discounts_come_off_before_and_two_rates_are_two_taxes(billing: Api) -> None:
    half = billing.made("POST", "/v1/coupons", "percent_off=50&duration=forever")["id"]
    ada = Subscriber(billing, "2026-03-01")
    rates = {"default_tax_rates[0]": tax_rate(billing, "5"), "default_tax_rates[1]": tax_rate(billing, "9.975")}
    ada.subscribe(price(billing, 2_001), **{"discounts[0][coupon]": half}, **rates)
    invoice = ada.invoice()
    assert (totals(invoice), taxes(invoice)) == ((2_001, 1_000, 1_150, 1_150), [50, 100])


def test_a_tax_that_is_in_the_price_adds_nothing(billing: Api) -> None:
    ada = Subscriber(billing, "2026-03-01")
    ada.subscribe(price(billing, 11_900), **{"default_tax_rates[0]": tax_rate(billing, inclusive=True)})
    assert (totals(ada.invoice()), taxes(ada.invoice())) == ((11_900, 10_000, 11_900, 11_900), [1_900])


def test_a_tax_in_kronur_is_whole_kronur(billing: Api) -> None:
    ada = Subscriber(billing, "2026-03-01")
    ada.subscribe(price(billing, 100_100, currency="isk"), **{"default_tax_rates[0]": tax_rate(billing, "24")})
    assert (totals(ada.invoice()), taxes(ada.invoice())) == ((100_100, 100_100, 124_100, 124_100), [24_000])


def test_what_is_given_back_is_given_back_with_its_tax(billing: Api) -> None:
    ada = Subscriber(billing, "2026-04-01")
    ada.subscribe(price(billing, 3_000), **{"default_tax_rates[0]": tax_rate(billing)})
    ada.advance("2026-04-16")
    preview = billing.made(
        "POST", "/v1/invoices/create_preview", f"subscription={ada.subscription_id}&{_to(ada, price(billing, 6_000))}"
    )
    ada.change_price(price(billing, 6_000), proration_behavior="always_invoice")
    invoice = ada.invoice()
    assert [line["taxes"][0]["amount"] for line in invoice["lines"]["data"]] == [-285, 570]
    assert totals(invoice) == totals(preview) == (1_500, 1_500, 1_785, 1_785)


def test_another_rate_counts_from_the_next_invoice_on_and_none_takes_it_away(billing: Api) -> None:
    ada = Subscriber(billing, "2026-03-01")
    ada.subscribe(price(billing, 1_000), **{"default_tax_rates[0]": tax_rate(billing)})
    ada.change(**{"default_tax_rates[0]": tax_rate(billing, "7")})
    ada.advance("2026-04-02")
    ada.change(default_tax_rates="")
    ada.advance("2026-05-02")
    assert [invoice["total"] for invoice in ada.invoices()] == [1_190, 1_070, 1_000]


def test_the_hosted_page_asks_for_the_tax(billing: Api) -> None:
    rate = {"subscription_data[default_tax_rates][0]": tax_rate(billing)}
    session = open_session(billing, price(billing, 19_900), **rate)
    assert (session["amount_subtotal"], session["amount_total"]) == (19_900, 23_681)
    assert session["total_details"]["amount_tax"] == 3_781
    billing.sandbox.pay(session["id"])
    after = billing.made("GET", f"/v1/checkout/sessions/{session['id']}?expand[]=subscription&expand[]=invoice")
    assert (after["invoice"]["amount_paid"], after["payment_status"]) == (23_681, "paid")
    assert after["subscription"]["default_tax_rates"][0]["id"] == rate["subscription_data[default_tax_rates][0]"]
    assert open_session(billing, price(billing, 2_000), **TRIAL, **rate)["amount_total"] == 0


def test_old_versions_have_other_names_for_it(billing: Api) -> None:
    ada = Subscriber(billing, "2026-03-01")
    rate = tax_rate(billing)
    ada.subscribe(price(billing, 19_900), **{"default_tax_rates[0]": rate})
    path = f"/v1/invoices/{ada.invoice()['id']}"
    headers = {"Authorization": f"Bearer {SANDBOX_STRIPE_KEY}", "Stripe-Version": BEFORE_BASIL}
    shown = requests.get(f"{billing.sandbox.address}{path}", headers=headers, timeout=5).json()
    part = {"amount": 3_781, "inclusive": False, "tax_rate": rate, "taxable_amount": 19_900}
    named = {**part, "taxability_reason": "not_available"}
    assert (shown["tax"], shown["total_tax_amounts"]) == (3_781, [named])
    assert shown["lines"]["data"][0]["tax_amounts"] == [named]
    assert "total_taxes" not in shown


@pytest.mark.parametrize(
    "form",
    [
        "", "display_name=VAT&inclusive=false", "display_name=VAT&percentage=19", "percentage=19&inclusive=false",
        "display_name=VAT&percentage=101&inclusive=false", "display_name=VAT&percentage=-1&inclusive=false",
        "display_name=VAT&percentage=1.00001&inclusive=false", "display_name=VAT&percentage=NaN&inclusive=false",
        "display_name=VAT&percentage=19&inclusive=false&tax_type=toll",
    ],
)  # fmt: skip
def test_what_is_no_tax_rate(billing: Api, form: str) -> None:
    status, body = billing.call("POST", "/v1/tax_rates", form)
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")


def test_a_rate_keeps_its_percentage_and_an_archived_one_is_no_use(billing: Api) -> None:
    rate = tax_rate(billing)
    assert billing.call("POST", f"/v1/tax_rates/{rate}", "percentage=20")[0] == 400
    billing.made("POST", f"/v1/tax_rates/{rate}", "active=false")
    ada = Subscriber(billing, "2026-03-01")
    form = urlencode({"customer": ada.id, "items[0][price]": price(billing, 100), "default_tax_rates[0]": rate})
    assert billing.call("POST", "/v1/subscriptions", form)[0] == 400
    assert billing.call("POST", "/v1/subscriptions", form.replace(rate, "txr_none"))[0] == 400


def _to(ada: Subscriber, price_id: str) -> str:
    item = ada.subscription()["items"]["data"][0]["id"]
    changes = {"items][0][id": item, "items][0][price": price_id, "proration_behavior": "always_invoice"}
    return urlencode({f"subscription_details[{name}]": value for name, value in changes.items()})
