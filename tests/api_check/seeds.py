"""What there is to ask about: a customer of each kind, and the ids of everything that the lists show."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

ADDRESS = {"country": "US"}
PAGES = {"success_url": "https://app.example/thanks", "cancel_url": "https://app.example/plans"}
OUTCOME_SECONDS_MAX = 60.0
Document = dict[str, Any]


class Client:
    """A product's server that waits for what becomes of its commands."""

    def __init__(self, address: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Prefer": "wait=20"}
        self.http = httpx.Client(base_url=address, headers=headers, timeout=40)

    def say(self, path: str, **body: Any) -> dict[str, Any]:
        """The result of a command. Raises RuntimeError when it did not succeed."""
        operation = self.http.post(path, json=body).raise_for_status().json()
        deadline = time.monotonic() + OUTCOME_SECONDS_MAX
        while operation["status"] in ("queued", "running") and time.monotonic() < deadline:
            time.sleep(0.2)
            operation = self.ask(f"/v1/operations/{operation['id']}/")
        if operation["status"] != "succeeded":
            raise RuntimeError(f"{path}: {operation}")
        result: dict[str, Any] = operation["result"]
        return result

    def ask(self, path: str, **query: str) -> dict[str, Any]:
        """What a read shows."""
        shown: dict[str, Any] = self.http.get(path, params=query).raise_for_status().json()
        return shown


def sow(client: Client) -> str:
    """One customer with a subscription, invoices, a claimed payment and a test clock; the account's id."""
    owner = {"owner": "user_1", "billing_email": "billing@acme.example", "billing_address": ADDRESS}
    account: str = client.say("/v1/accounts/", name="Acme Corp", **owner)["id"]
    client.say("/v1/billing/stripe/card-setup/", account_id=account, **PAGES)
    client.say("/v1/billing/subscriptions/", account_id=account, plan={"plan": "growth"}, pay_by="transfer")
    client.say("/v1/billing/credits/balance-watch/", account_id=account, warn_below=10)
    order = client.say("/v1/billing/manual-payments/", account_id=account, package="value")
    client.say(
        "/v1/billing/payment-claims/",
        invoice_id=order["invoice_id"],
        amount_minor=order["left_minor"],
        currency=order["currency"],
        paid_on=time.strftime("%Y-%m-%d", time.gmtime()),
    )
    client.say("/v1/test-clocks/", name="a year", frozen_at="2026-01-31T10:00:00Z")
    return account


def known_ids(client: Client, document: Document, account_id: str) -> list[str]:
    """The ids of all that the lists of the document show, so that whoever asks by id finds something."""
    found = {account_id}
    for path, methods in document["paths"].items():
        told = methods.get("get", {})
        name = told.get("operationId", "")
        is_list = name.startswith("list_") and "{" not in path
        needed = {each["name"] for each in told.get("parameters", []) if each.get("required")}
        if is_list and needed <= {"account_id"}:
            answer = client.http.get(path, params={"account_id": account_id} if needed else {})
            found |= set(_ids(answer.json())) if answer.status_code == httpx.codes.OK else set()
    return sorted(found)


def own_key(client: Client) -> str:
    """The id of the key that it asks with, which is the only one so far."""
    (key,) = client.ask("/v1/admin/api-keys/")["data"]
    return str(key["id"])


def _ids(shown: Any) -> Iterator[str]:
    if isinstance(shown, list):
        for each in shown:
            yield from _ids(each)
    elif isinstance(shown, dict):
        yield from (value for name, value in shown.items() if name == "id" and isinstance(value, str))
        yield from (found for value in shown.values() for found in _ids(value))
