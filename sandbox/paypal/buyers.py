"""The people who pay: each has an account at PayPal under an e-mail address."""

import hashlib

from sandbox.json_types import JsonObject

EMAIL_DEFAULT = "buyer@example.com"
# no letter or digit that is easily mistaken for another one
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
ID_LENGTH = 13


def of_email(email: str) -> JsonObject:
    """The account of this address: the same one whenever it is asked for."""
    digest = hashlib.sha256(email.lower().encode()).digest()
    return {"id": "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:ID_LENGTH]), "email": email}


def wallet(buyer: JsonObject) -> JsonObject:
    """As `payment_source.paypal` tells who paid."""
    return {
        "email_address": buyer["email"],
        "account_id": buyer["id"],
        "account_status": "VERIFIED",
        "name": {"given_name": "Sandbox", "surname": "Buyer"},
        "address": {"country_code": "US"},
    }
