"""Stripe's API, the part of it that is imitated: method, path, operation."""

from sandbox.stripe.api.billing_routes import BILLING_ROUTES
from sandbox.stripe.checkout import sessions as checkout
from sandbox.stripe.customers import customers
from sandbox.stripe.customers import deletion as customer_deletion
from sandbox.stripe.events import events
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.payments import balance, charges, payment_intents, refunds
from sandbox.stripe.setup_intents import setup_intents

ROUTES = (
    ("POST", "/v1/customers", customers.create),
    ("GET", "/v1/customers", customers.list_page),
    ("GET", "/v1/customers/{customer}", customers.retrieve),
    ("POST", "/v1/customers/{customer}", customers.update),
    ("POST", "/v1/checkout/sessions", checkout.create),
    ("GET", "/v1/checkout/sessions", checkout.list_page),
    ("GET", "/v1/checkout/sessions/{session}", checkout.retrieve),
    ("GET", "/v1/checkout/sessions/{session}/line_items", checkout.line_items),
    ("POST", "/v1/checkout/sessions/{session}/expire", checkout.expire),
    ("POST", "/v1/payment_intents", payment_intents.create),
    ("GET", "/v1/payment_intents", payment_intents.list_page),
    ("GET", "/v1/payment_intents/{intent}", payment_intents.retrieve),
    ("POST", "/v1/payment_intents/{intent}", payment_intents.update),
    ("POST", "/v1/payment_intents/{intent}/confirm", payment_intents.confirm_one),
    ("POST", "/v1/payment_intents/{intent}/cancel", payment_intents.cancel),
    ("GET", "/v1/payment_methods", payment_methods.list_page),
    ("GET", "/v1/payment_methods/{payment_method}", payment_methods.retrieve),
    ("POST", "/v1/payment_methods/{payment_method}/attach", payment_methods.attach),
    ("GET", "/v1/charges", charges.list_page),
    ("GET", "/v1/charges/{charge}", charges.retrieve),
    ("GET", "/v1/charges/{charge}/refunds", refunds.list_page),
    ("POST", "/v1/refunds", refunds.create),
    ("GET", "/v1/refunds", refunds.list_page),
    ("GET", "/v1/refunds/{refund}", refunds.retrieve),
    ("GET", "/v1/balance_transactions/{id}", balance.retrieve),
    ("GET", "/v1/events", events.list_page),
    ("GET", "/v1/events/{id}", events.retrieve),
    ("DELETE", "/v1/customers/{customer}", customer_deletion.delete),
    ("GET", "/v1/customers/{customer}/payment_methods", payment_methods.list_page),
    ("GET", "/v1/customers/{customer}/payment_methods/{payment_method}", payment_methods.retrieve),
    ("POST", "/v1/payment_methods", payment_methods.create),
    ("POST", "/v1/payment_methods/{payment_method}", payment_methods.update),
    ("POST", "/v1/payment_methods/{payment_method}/detach", payment_methods.detach),
    ("POST", "/v1/setup_intents", setup_intents.create),
    ("GET", "/v1/setup_intents", setup_intents.list_page),
    ("GET", "/v1/setup_intents/{intent}", setup_intents.retrieve),
    ("POST", "/v1/setup_intents/{intent}", setup_intents.update),
    ("POST", "/v1/setup_intents/{intent}/confirm", setup_intents.confirm_one),
    ("POST", "/v1/setup_intents/{intent}/cancel", setup_intents.cancel),
    *BILLING_ROUTES,
)
