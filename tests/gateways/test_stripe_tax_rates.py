"""Our rates of tax at Stripe: each once, whoever asks."""

from dataclasses import replace

from gateways.stripe.client import StripeGateway
from gateways.stripe.tax_shapes import tax_mark
from tests.gateways.requests_made import TAX
from tests.gateways.sandbox_process import Sandbox


def test_a_rate_is_made_once_and_found_by_its_mark(sandbox: Sandbox) -> None:
    one, other = (StripeGateway("sk_test_sandbox", sandbox.address) for _ in range(2))
    rate = one.ensure_tax_rate(TAX)
    assert rate.startswith("txr_")
    assert one.ensure_tax_rate(TAX) == other.ensure_tax_rate(TAX) == rate
    for another in (replace(TAX, rate_ppm=90_000), replace(TAX, country="CA"), replace(TAX, name="Tax")):
        assert other.ensure_tax_rate(another) not in ("", rate)


def test_a_mark_tells_rates_apart() -> None:
    assert tax_mark(TAX) == "US/88750/Sales tax"
