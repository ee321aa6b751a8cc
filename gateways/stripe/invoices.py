"""Invoices of subscriptions that Stripe bills (https://docs.stripe.com/billing/invoices/subscription)."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from billing.errors import Rejected
from gateways.stripe.calls import segment, window
from gateways.stripe.invoice_shapes import invoice_of, is_of_subscription
from gateways.stripe.shapes import Json
from gateways.stripe.tax_rates import TaxRates
from schemas.facts.invoices import GatewayInvoiceFact

INVOICES = "/v1/invoices"
LISTED_INVOICES_LIMIT = 100  # more than eight years of months
LINES_LIMIT = 1_000  # Stripe allows 20 items a subscription; the rest are prorations


class Invoices(TaxRates):
    """Looks up what Stripe has invoiced."""

    def fetch_invoice(self, invoice_ref: str) -> GatewayInvoiceFact | None:
        """An invoice with its lines, payment and charge; see RunsSubscriptions."""
        # four levels, the deepest that Stripe expands (https://docs.stripe.com/api/expanding_objects)
        expand = ["payments.data.payment.payment_intent"]
        invoice = self._known(f"{INVOICES}/{segment(invoice_ref)}", {"expand": expand})
        if invoice is None or not is_of_subscription(invoice):
            return None
        return self._fact(invoice)

    def list_invoices(
        self, subscription_ref: str, *, created_after: datetime | None = None
    ) -> list[GatewayInvoiceFact]:
        """The newest hundred invoices since then, oldest first; see RunsSubscriptions.

        A list cannot expand as deep as one invoice: `charge_ref` and `failure_code` are empty here.
        """
        filters: dict[str, Any] = {"subscription": subscription_ref, "expand": ["data.payments"]}
        if created_after is not None:
            filters |= window(created_after)
        newest = list(islice(self._all(INVOICES, filters), LISTED_INVOICES_LIMIT))
        return [self._fact(invoice) for invoice in reversed(newest) if is_of_subscription(invoice)]

    def _fact(self, invoice: Json) -> GatewayInvoiceFact:
        lines = list(self._lines(invoice))
        return invoice_of(invoice, lines, self._rates_of(invoice, lines))

    def _lines(self, invoice: Json) -> Iterable[Json]:
        """All lines: an invoice carries its first ones only. Rejected `too_many_lines` beyond a thousand."""
        if not invoice["lines"]["has_more"]:
            lines: list[Json] = invoice["lines"]["data"]
            return lines
        path = f"{INVOICES}/{segment(invoice['id'])}/lines"
        lines = list(islice(self._all(path, {}), LINES_LIMIT + 1))
        if len(lines) > LINES_LIMIT:
            raise Rejected("too_many_lines", f"Stripe's invoice {invoice['id']} has more than {LINES_LIMIT} lines.")
        return lines
