"""The client's calls are those of the API's document, and do what it says at a running door."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
from cashbeat_client import AsyncCashbeat, Cashbeat, Patience, Refused, calls

from ingress.openapi.document import document
from tools import client

QUICK = Patience(tries=2, first_wait_seconds=0.1)


@pytest.fixture
def cashbeat(door: httpx.Client, key: dict[str, str]) -> Iterator[Cashbeat]:
    """A product's client of a running door."""
    with Cashbeat(str(door.base_url), key["Authorization"].removeprefix("Bearer "), QUICK) as made:
        yield made


def test_the_calls_are_those_of_the_document() -> None:
    told = document()
    assert client.CALLS.read_text(encoding="utf-8") == client.calls(told), "make client"
    assert client.SHAPES.read_text(encoding="utf-8") == client.shapes(told), "make client"


def test_reads_are_typed_and_lists_are_walked_page_by_page(cashbeat: Cashbeat, acme_id: UUID) -> None:
    account = cashbeat.ask(calls.get_account(str(acme_id)))
    assert account["name"] == "Acme Corp"
    assert cashbeat.ask(calls.get_credits_balance(account_id=account["id"]))["balance"] == 0
    assert list(cashbeat.each(calls.list_invoices(account_id=account["id"], status="paid", limit=1))) == []


def test_a_repeat_under_a_key_is_the_same_operation(cashbeat: Cashbeat, acme_id: UUID) -> None:
    command = calls.consume_credits(account_id=str(acme_id), amount=5)
    first = cashbeat.hand_over(command, "job-1")
    assert first["status"] == "queued"
    assert cashbeat.hand_over(command, "job-1")["id"] == first["id"]
    with pytest.raises(Refused, match="idempotency_key_reused"):
        cashbeat.hand_over(calls.consume_credits(account_id=str(acme_id), amount=6), "job-1")


def test_a_refusal_says_why(cashbeat: Cashbeat) -> None:
    nobody = "01a200c9-bd39-797e-8f24-39fd3e35fcf8"
    with pytest.raises(Refused) as caught:
        cashbeat.ask(calls.get_account(nobody))
    assert (caught.value.status, caught.value.code) == (404, "account_not_found")
    with pytest.raises(Refused) as caught:
        cashbeat.hand_over(calls.consume_credits(account_id=nobody, amount=0))
    assert caught.value.errors[0]["field"] == "amount"


def test_a_program_that_awaits_has_the_same(door: httpx.Client, key: dict[str, str], acme_id: UUID) -> None:
    async def play() -> tuple[str, list[str]]:
        async with AsyncCashbeat(str(door.base_url), key["Authorization"].removeprefix("Bearer "), QUICK) as cashbeat:
            account = await cashbeat.ask(calls.get_account(str(acme_id)))
            operation = await cashbeat.hand_over(calls.consume_credits(account_id=account["id"], amount=5))
            invoices = [each["id"] async for each in cashbeat.each(calls.list_invoices(account_id=account["id"]))]
            return operation["status"], invoices

    assert asyncio.run(play()) == ("queued", [])
