"""Which kinds of payment methods an intent takes: cards, or what the Dashboard says, which is cards too."""

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.params import Params


def asked_for(params: Params) -> JsonObject:
    """`automatic_payment_methods` as the intent shows it. Raises for kinds that are not imitated."""
    must_be_cards(params)
    given = params.group("automatic_payment_methods")
    given.only("enabled", "allow_redirects")
    redirects = given.choice("allow_redirects", ("always", "never"), "always")
    if not given.flag("enabled"):
        return {"automatic_payment_methods": None}
    return {"automatic_payment_methods": {"allow_redirects": redirects, "enabled": True}}


def must_be_cards(params: Params) -> None:
    """Refuse `payment_method_types` other than cards."""
    if any(kind != "card" for kind in params.texts("payment_method_types")):
        raise errors.invalid("This sandbox takes cards only.", param="payment_method_types")
