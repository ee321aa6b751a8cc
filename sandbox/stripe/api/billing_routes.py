"""Stripe Billing, the part of it that is imitated: method, path, operation."""

from sandbox.stripe.catalog import coupons, prices, products
from sandbox.stripe.invoices import invoices
from sandbox.stripe.invoices import items as invoice_items
from sandbox.stripe.invoices import payments as invoice_payments
from sandbox.stripe.invoices import preview as invoice_preview
from sandbox.stripe.portal import sessions as portal_sessions
from sandbox.stripe.subscriptions import subscriptions
from sandbox.stripe.test_clocks import clocks as test_clocks

BILLING_ROUTES = (
    ("POST", "/v1/products", products.create),
    ("GET", "/v1/products", products.list_page),
    ("GET", "/v1/products/{id}", products.retrieve),
    ("POST", "/v1/products/{id}", products.update),
    ("POST", "/v1/prices", prices.create),
    ("GET", "/v1/prices", prices.list_page),
    ("GET", "/v1/prices/{price}", prices.retrieve),
    ("POST", "/v1/prices/{price}", prices.update),
    ("POST", "/v1/coupons", coupons.create),
    ("GET", "/v1/coupons", coupons.list_page),
    ("GET", "/v1/coupons/{coupon}", coupons.retrieve),
    ("POST", "/v1/coupons/{coupon}", coupons.update),
    ("DELETE", "/v1/coupons/{coupon}", coupons.delete),
    ("POST", "/v1/subscriptions", subscriptions.create),
    ("GET", "/v1/subscriptions", subscriptions.list_page),
    ("GET", "/v1/subscriptions/{subscription}", subscriptions.retrieve),
    ("POST", "/v1/subscriptions/{subscription}", subscriptions.update),
    ("DELETE", "/v1/subscriptions/{subscription}", subscriptions.cancel),
    ("POST", "/v1/subscriptions/{subscription}/resume", subscriptions.resume),
    ("POST", "/v1/invoices/create_preview", invoice_preview.create),
    ("GET", "/v1/invoices", invoices.list_page),
    ("GET", "/v1/invoices/{invoice}", invoices.retrieve),
    ("GET", "/v1/invoices/{invoice}/lines", invoices.lines),
    ("POST", "/v1/invoices/{invoice}/finalize", invoices.finalize),
    ("POST", "/v1/invoices/{invoice}/pay", invoices.pay),
    ("POST", "/v1/invoices/{invoice}/void", invoices.void),
    ("POST", "/v1/invoices/{invoice}/mark_uncollectible", invoices.mark_uncollectible),
    ("GET", "/v1/invoiceitems", invoice_items.list_page),
    ("GET", "/v1/invoiceitems/{invoiceitem}", invoice_items.retrieve),
    ("GET", "/v1/invoice_payments", invoice_payments.list_page),
    ("GET", "/v1/invoice_payments/{invoice_payment}", invoice_payments.retrieve),
    ("POST", "/v1/billing_portal/sessions", portal_sessions.create),
    ("POST", "/v1/test_helpers/test_clocks", test_clocks.create),
    ("GET", "/v1/test_helpers/test_clocks", test_clocks.list_page),
    ("GET", "/v1/test_helpers/test_clocks/{test_clock}", test_clocks.retrieve),
    ("DELETE", "/v1/test_helpers/test_clocks/{test_clock}", test_clocks.delete),
    ("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", test_clocks.advance),
)
