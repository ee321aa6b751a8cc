"""Stripe's API, the part of it that is imitated: method, path, operation."""

from collections.abc import Iterable

from sandbox.stripe.api.resource import Resource, Route
from sandbox.stripe.api.resources import BILLING, PAYMENT_METHODS, PAYMENTS, REFUNDS
from sandbox.stripe.invoices import preview as invoice_preview
from sandbox.stripe.payment_methods import payment_methods
from sandbox.stripe.portal import configurations as portal_configurations
from sandbox.stripe.portal import sessions as portal_sessions
from sandbox.stripe.webhook_endpoints import webhook_endpoints


def _routes_of(resources: Iterable[Resource]) -> tuple[Route, ...]:
    return tuple(route for resource in resources for route in resource.routes())


# what is left beside the table of resources: lists below another object, and what is done to nothing that is stored
PAYMENT_ROUTES = (
    *_routes_of(PAYMENTS),
    ("POST", "/v1/payment_methods/{id}/attach", payment_methods.attach),
    ("GET", "/v1/customers/{customer}/payment_methods", payment_methods.list_page),
    (
        "GET",
        "/v1/customers/{customer}/payment_methods/{id}",
        PAYMENT_METHODS.on(payment_methods.retrieve),
    ),
    ("GET", "/v1/charges/{charge}/refunds", REFUNDS.page),
)
BILLING_ROUTES = (
    *_routes_of(BILLING),
    ("POST", "/v1/invoices/create_preview", invoice_preview.create),
    ("POST", "/v1/billing_portal/sessions", portal_sessions.create),
    ("GET", "/v1/billing_portal/configurations", portal_configurations.list_page),
    ("GET", "/v1/webhook_endpoints", webhook_endpoints.list_page),
)
ROUTES = (*PAYMENT_ROUTES, *BILLING_ROUTES)
