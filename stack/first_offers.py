"""Offer the first ways to pay: the gateways that somebody has connected. What was set, or taken back, stays so."""

from billing.payment_methods.seed import FirstOffer, seed_methods
from credentials.queries import list_providers
from gateways import registry
from settings import Settings
from stack.sessions import transaction
from stack.vendors import API_KEY, VENDORS, wanted


def offer_first(settings: Settings, database_url: str, *, has_sandbox: bool = False) -> None:
    """One that is not connected is kept ready, and not offered; the sandbox stands in for all of them.

    Where nobody is connected yet the first is offered all the same: what has to be called waits for its key.
    """
    with transaction(database_url) as session:
        keyed = {row.id for row in list_providers(session) if row.api_key}
        keyed |= {name for name, vendor in VENDORS.items() if settings.plain(vendor.key_setting(API_KEY))}
        connected = set(registry.VENDORS).intersection(VENDORS if has_sandbox else wanted(keyed))
        seed_methods(session, [FirstOffer(*offer, enabled=offer[1] in connected) for offer in registry.OFFERED_FIRST])
