"""Tax rates at Stripe (https://docs.stripe.com/api/tax_rates)."""

from collections.abc import Iterable

import stripe

from gateways.stripe.calls import Calls, segment
from gateways.stripe.shapes import TAX_MARK, Json, reference
from gateways.stripe.tax_shapes import rates_on, rates_shown, tax_mark, tax_parameters
from schemas.facts.terms import TaxRateRequest

TAX_RATES = "/v1/tax_rates"


class TaxRates(Calls):
    """Makes sure of our rates, and reads others. A percentage is for ever, so each is asked for once in a process."""

    def __init__(self, client: stripe.StripeClient, page_limit: int, search_limit: int) -> None:
        super().__init__(client, page_limit, search_limit)
        self._ensured_rates: dict[TaxRateRequest, str] = {}
        self._read_rates: dict[str, Json | None] = {}

    def ensure_tax_rate(self, request: TaxRateRequest) -> str:
        """The rate with our mark that is in use, made when it is missing; see RunsSubscriptions."""
        if request not in self._ensured_rates:
            wanted = tax_mark(request)
            in_use = {"active": True, "inclusive": False}
            found = self._search(TAX_RATES, in_use, TAX_MARK, wanted)
            rate = found or self._post(TAX_RATES, tax_parameters(request), f"tax_rate/{wanted}")
            self._ensured_rates[request] = reference(rate)
        return self._ensured_rates[request]

    def _rates_of(self, invoice: Json, lines: Iterable[Json]) -> dict[str, Json]:
        """The rates that the lines were taxed by. The invoice shows those of its subscription; others are asked for."""
        known = rates_shown(invoice)
        for rate_id in rates_on(lines) - known.keys():
            if rate_id not in self._read_rates:
                self._read_rates[rate_id] = self._known(f"{TAX_RATES}/{segment(rate_id)}")
            if rate := self._read_rates[rate_id]:
                known[rate_id] = rate
        return known
