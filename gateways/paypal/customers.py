"""Whose wallets are saved. PayPal's vault keeps them under an id of ours for each account.

https://developer.paypal.com/docs/api/payment-tokens/v3/, `customer`: "Customer in merchant's or partner's system of
records". It takes 22 letters, digits, - and _, which is just what the 16 bytes of an account's id have in base64.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from gateways.paypal.calls import Calls
from gateways.paypal.translate import GATEWAY
from schemas.facts.customers import CustomerFact, CustomerRequest

USAGE_TYPE = "MERCHANT"  # for charges of ours alone, while the buyer is away

_is_ref = re.compile(r"[0-9A-Za-z_-]{22}").fullmatch


class Customers(Calls):
    """Nothing is made at PayPal before a wallet is saved, so nobody is asked, and no answer can be lost."""

    def create_customer(self, request: CustomerRequest) -> str:
        """See SavedMethods."""
        return customer_ref_of(request.account_id)

    def find_customer(self, account_id: str, *, email: str, created_after: datetime) -> str:
        """The same; see SavedMethods."""
        return customer_ref_of(account_id)

    def fetch_customer(self, customer_ref: str) -> CustomerFact | None:
        """Whose it is; see SavedMethods. PayPal charges no wallet by default."""
        return CustomerFact(GATEWAY, customer_ref, account_id=account_id_of(customer_ref))


def saving(customer_ref: str) -> dict[str, Any]:
    """What has a wallet saved when an order is paid by it."""
    vault = {"store_in_vault": "ON_SUCCESS", "usage_type": USAGE_TYPE, "usage_pattern": "RECURRING_PREPAID"}
    return {"customer": {"id": customer_ref}, "vault": vault}


def customer_ref_of(account_id: str) -> str:
    """An account as PayPal's customer: always the same."""
    return urlsafe_b64encode(UUID(account_id).bytes).decode().rstrip("=")


def account_id_of(customer_ref: str) -> str:
    """The account again; empty for a customer that another shop has made."""
    if not _is_ref(customer_ref):
        return ""
    account_id = str(UUID(bytes=urlsafe_b64decode(customer_ref + "==")))
    return account_id if customer_ref_of(account_id) == customer_ref else ""
