"""All of PayPal's routes: its API, its page, and what steers it."""

from starlette.routing import Route

from sandbox.paypal import control, pages
from sandbox.paypal.api import gate
from sandbox.paypal.disputes import control as disputes_control
from sandbox.paypal.oauth import door
from sandbox.paypal.subscriptions import control as subscriptions_control
from sandbox.paypal.subscriptions import page as subscriptions_page
from sandbox.paypal.vault import control as vault_control
from sandbox.paypal.vault import page as vault_page
from sandbox.paypal.webhooks import door as certificates


def routes() -> list[Route]:
    """In the order in which they are tried."""
    return [
        *door.routes(),
        *certificates.routes(),
        *pages.routes(),
        *vault_page.routes(),
        *subscriptions_page.routes(),
        *gate.routes(),
        *control.routes(),
        *vault_control.routes(),
        *disputes_control.routes(),
        *subscriptions_control.routes(),
    ]
