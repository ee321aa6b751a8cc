"""Configurations of the portal (https://docs.stripe.com/api/customer_portal/configurations): the default one, unless
nobody has saved it yet. At Stripe that is done in the dashboard, and until then no session can be made.
"""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors, lists
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call
from sandbox.world import World

KIND = "billing_portal.configuration"
NONE_SAVED = (
    "No configuration provided and your test mode default configuration has not been created. Provide a configuration "
    "or create your default by saving your customer portal settings in test mode."
)


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/billing_portal/configurations"""
    call.params.only("active", "is_default", *lists.PAGE_PARAMETERS)
    saved = [blank(KIND)] if world.options.portal_saved else []
    asked = {name: call.params.flag(name) for name in ("active", "is_default") if call.params.given(name)}
    wanted = [each for each in saved if all(each[name] == value for name, value in asked.items())]
    return lists.page_of(wanted, call.params, call.path)


def require_default(world: World) -> None:
    """Raises as Stripe does while none is saved."""
    if not world.options.portal_saved:
        raise errors.invalid(NONE_SAVED)
