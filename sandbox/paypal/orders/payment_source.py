"""Who pays an order: somebody who comes to the page, may be saved there, or was saved before."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors
from sandbox.paypal.api.fields import Fields
from sandbox.paypal.orders import experience
from sandbox.paypal.vault import terms

VAULT_ID = "[0-9a-zA-Z_-]+"


def read(fields: Fields) -> JsonObject:
    """`vault_id` of a wallet that was saved, or None; `saving`: the terms under which this one is to be saved, or None;
    and the `experience`. Raises PayPalError.
    """
    source = fields.group("payment_source")
    source.only("paypal")
    wallet = source.group("paypal")
    wallet.only("experience_context", "email_address", "vault_id", "attributes")
    wallet.text("email_address", 254)
    vault_id, saving = wallet.text("vault_id", 255, VAULT_ID), _saving(wallet.group("attributes"))
    if vault_id and saving:
        wrong = "A wallet that was saved is not saved again."
        raise errors.impossible("INCOMPATIBLE_PARAMETER_VALUE", wrong, wallet.pointer("vault_id"))
    in_source = wallet.given("experience_context")
    context = wallet.group("experience_context") if in_source else fields.group("application_context")
    return {"vault_id": vault_id, "saving": saving, "experience": experience.read(context)}


def _saving(attributes: Fields) -> JsonObject | None:
    attributes.only("customer", "vault")
    if not attributes.given("vault"):
        return None
    vault = attributes.group("vault")
    vault.only("store_in_vault", *terms.NAMES)
    vault.require("store_in_vault")
    vault.choice("store_in_vault", ("ON_SUCCESS",))
    return {"terms": terms.read(vault), "customer": terms.customer(attributes.group("customer"))}
