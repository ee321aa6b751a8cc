"""A customer's browser asks from a page of the product's, which may read what is answered; another's page may not."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from settings import Settings
from tests.callers.issuers import bearer, by_secret
from tests.ingress.running_door import in_thread

APP, OTHER = "https://app.example", "https://app.example.evil.example"
INVOICES = "/v1/billing/invoices/"
FIRST = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key"}


@pytest.fixture
def browsers_door(with_users: Settings) -> Iterator[httpx.Client]:
    """One that knows where the product's pages are."""
    with in_thread(with_users.model_copy(update={"user_origins": (APP, "http://localhost:3000")})) as client:
        yield client


def test_the_products_page_is_told_what_it_may_ask(browsers_door: httpx.Client) -> None:
    for origin in (APP, "http://localhost:3000"):
        told = browsers_door.options(INVOICES, headers={"Origin": origin, **FIRST})
        assert (told.status_code, told.content) == (204, b"")
        assert told.headers["access-control-allow-origin"] == origin
        assert {"GET", "POST", "PATCH", "DELETE"} == set(told.headers["access-control-allow-methods"].split(", "))
        allowed = told.headers["access-control-allow-headers"].lower().split(", ")
        assert {"authorization", "content-type", "idempotency-key", "prefer"} <= set(allowed)
        assert "access-control-allow-credentials" not in told.headers


def test_it_reads_answers_and_refusals_alike(browsers_door: httpx.Client, acme_id: UUID) -> None:
    owner = bearer(by_secret(account_id=str(acme_id)))
    for headers, path, status in ((owner, INVOICES, 200), ({}, INVOICES, 401), (owner, "/v1/nowhere/", 404)):
        answer = browsers_door.get(path, headers={**headers, "Origin": APP})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, APP)
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", [OTHER, "null", "https://APP.example", "https://app.example:8443", ""])
def test_another_page_is_told_nothing(browsers_door: httpx.Client, acme_id: UUID, origin: str) -> None:
    asked = browsers_door.options(INVOICES, headers={"Origin": origin, **FIRST})
    assert asked.status_code == 405
    answer = browsers_door.get(INVOICES, headers={**bearer(by_secret(account_id=str(acme_id))), "Origin": origin})
    for each in (asked, answer):
        assert "access-control-allow-origin" not in each.headers
        assert each.headers["vary"] == "Origin", "what lies in between must not keep it for others"


def test_where_no_origin_is_named_no_page_is_told_anything(users_door: httpx.Client) -> None:
    asked = users_door.options(INVOICES, headers={"Origin": APP, **FIRST})
    assert asked.status_code == 405
    assert not any(name.startswith("access-control") for name in asked.headers)
