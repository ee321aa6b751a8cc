"""What PayPal was paid for subscriptions, see `invoice_shapes`.

https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions_transactions,
https://developer.paypal.com/docs/api/payments/v1/#sale_get
"""

from datetime import datetime

from gateways.paypal.calls import segment
from gateways.paypal.invoice_shapes import (
    Sale,
    invoice_of,
    listed_until,
    sale_of,
    sales_in,
    subscription_ref_of,
)
from gateways.paypal.shapes import Json, text, written
from gateways.paypal.subscription_shapes import is_ours
from gateways.paypal.subscriptions import SUBSCRIPTIONS, Subscriptions
from schemas.facts.invoices import GatewayInvoiceFact

SALES = "/v1/payments/sale"
LISTED_INVOICES_LIMIT = 100  # more than eight years of months


class Invoices(Subscriptions):
    """Looks up what PayPal was paid."""

    def fetch_invoice(self, invoice_ref: str) -> GatewayInvoiceFact | None:
        """A sale; None while it is pending, and for one of no subscription of ours. See RunsSubscriptions."""
        told = self._known(f"{SALES}/{segment(invoice_ref)}", invoice_ref)
        sale, subscription = (sale_of(told), self._ours_of(subscription_ref_of(told))) if told else (None, None)
        if sale is None or subscription is None:
            return None
        return invoice_of(subscription, sale)

    def list_invoices(
        self, subscription_ref: str, *, created_after: datetime | None = None
    ) -> list[GatewayInvoiceFact]:
        """The newest hundred sales since then, oldest first; see RunsSubscriptions."""
        subscription = self._ours_of(subscription_ref)
        if subscription is None:
            return []
        sales = [sale for sale in self._sales(subscription) if created_after is None or sale.at >= created_after]
        return [invoice_of(subscription, sale) for sale in sales[-LISTED_INVOICES_LIMIT:]]

    def _ours_of(self, subscription_ref: str) -> Json | None:
        subscription = self._subscription(subscription_ref) if subscription_ref else None
        return subscription if subscription and is_ours(subscription) else None

    def _sales(self, subscription: Json) -> list[Sale]:
        window = {"start_time": text(subscription, "create_time"), "end_time": written(listed_until(subscription))}
        return sales_in(self._list(f"{SUBSCRIPTIONS}/{segment(subscription['id'])}/transactions", window))
