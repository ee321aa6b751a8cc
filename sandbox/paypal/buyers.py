"""The people who pay: each has an account at PayPal under an e-mail address."""

import hashlib

from sandbox.json_types import JsonObject

EMAIL_DEFAULT = "buyer@example.com"
EMAIL_LENGTH_MAX = 254
# no letter or digit that is easily mistaken for another one
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
ID_LENGTH = 13
NAME = {"given_name": "Sandbox", "surname": "Buyer"}


def email(given: object) -> str | None:
    """An address that was given, or that of some buyer when none was; None when it is none."""
    if not given:
        return EMAIL_DEFAULT
    return given if isinstance(given, str) and "@" in given and len(given) <= EMAIL_LENGTH_MAX else None


def of_email(address: str) -> JsonObject:
    """The account of this address: the same one whenever it is asked for."""
    digest = hashlib.sha256(address.lower().encode()).digest()
    return {"id": "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:ID_LENGTH]), "email": address}


def wallet(buyer: JsonObject) -> JsonObject:
    """As `payment_source.paypal` tells who paid."""
    return {
        "email_address": buyer["email"],
        "account_id": buyer["id"],
        "account_status": "VERIFIED",
        "name": NAME,
        "address": {"country_code": "US"},
    }
