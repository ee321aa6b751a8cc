"""The product's endpoints at the door: who may see them, and their secrets."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.events.create_endpoint import ENDPOINTS_MAX, create_endpoint
from credentials.endpoint_secrets import add_endpoint_secret
from credentials.master_keys import make, parse
from database.ids import uuid7
from schemas.commands.events import CreateEventEndpoint, RedeliverEvents
from settings import Settings
from tests.ingress.running_door import in_thread

ENDPOINTS = "/v1/events/endpoints/"
KEY = make("k1")
WANTED = CreateEventEndpoint(url="https://app.example/hooks", types=("invoice.*",), ordered=True)


@pytest.fixture
def keyed_door(settings: Settings) -> Iterator[httpx.Client]:
    """A door that was told a master key."""
    with in_thread(settings.model_copy(update={"cashbeat_master_keys": SecretStr(KEY)})) as client:
        yield client


@pytest.fixture
def endpoint_id(owner_session: Session) -> UUID:
    """An endpoint with its secret."""
    endpoint = create_endpoint(owner_session, uuid7(), WANTED)
    add_endpoint_secret(owner_session, parse(KEY), endpoint.id, "whsec_first")
    owner_session.commit()
    return endpoint.id


def test_its_secret_is_shown_to_who_may_change_it_and_kept_by_nobody(
    keyed_door: httpx.Client, new_key: Any, endpoint_id: UUID, owner_session: Session
) -> None:
    shown = keyed_door.get(f"{ENDPOINTS}{endpoint_id}/secret/", headers=new_key("events:write"))
    assert (shown.status_code, shown.json()["secret"]) == (200, "whsec_first")
    assert shown.headers["Cache-Control"] == "no-store"
    assert keyed_door.get(f"{ENDPOINTS}{endpoint_id}/secret/", headers=new_key("events:read")).status_code == 403
    assert "whsec" not in keyed_door.get(ENDPOINTS, headers=new_key("events:read")).text
    add_endpoint_secret(owner_session, parse(KEY), endpoint_id, "whsec_second")
    owner_session.commit()
    rolled = keyed_door.get(f"{ENDPOINTS}{endpoint_id}/secret/", headers=new_key("events:write")).json()
    assert (rolled["secret"], rolled["secrets"]) == ("whsec_second", ["whsec_second", "whsec_first"])


def test_a_secret_whose_master_key_is_lost_stays_sealed(door: httpx.Client, new_key: Any, endpoint_id: UUID) -> None:
    answer = door.get(f"{ENDPOINTS}{endpoint_id}/secret/", headers=new_key("events:write"))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:cashbeat:problem:endpoint_secret_sealed")


def test_endpoints_are_listed_and_one_is_shown(door: httpx.Client, key: dict[str, str], endpoint_id: UUID) -> None:
    (listed,) = door.get(ENDPOINTS, headers=key).json()["data"]
    assert listed == door.get(f"{ENDPOINTS}{endpoint_id}/", headers=key).json()
    assert (listed["types"], listed["ordered"], listed["enabled"], listed["waiting"]) == (["invoice.*"], True, True, 0)
    empty = door.get("/v1/events/deliveries/", params={"endpoint_id": str(endpoint_id)}, headers=key).json()
    assert empty == {"data": [], "next_cursor": None}
    for path in (f"{ENDPOINTS}{uuid4()}/", f"/v1/events/deliveries/?endpoint_id={uuid4()}"):
        assert door.get(path, headers=key).json()["type"] == "urn:cashbeat:problem:endpoint_not_found"
    assert door.get(f"/v1/events/{uuid4()}/deliveries/", headers=key).status_code == 404


def test_it_is_changed_and_deleted_by_commands(door: httpx.Client, key: dict[str, str], endpoint_id: UUID) -> None:
    for method, path, body in (
        ("POST", "", {"url": "https://app.example/hooks"}),
        ("PATCH", f"{endpoint_id}/", {"enabled": False}),
        ("POST", f"{endpoint_id}/roll-secret/", {}),
        ("POST", f"{endpoint_id}/test/", {}),
        ("POST", f"{endpoint_id}/redeliver/", {"since": "2026-01-31T10:00:00Z"}),
        ("DELETE", f"{endpoint_id}/", None),
    ):
        assert door.request(method, ENDPOINTS + path, json=body, headers=key).status_code == 202, (method, path)
    for refused in (
        {"url": "ftp://app.example"}, {"url": "https://app.example", "types": ["invoices"]},
        {"url": "https://app.example", "types": []}, {"url": "https://me:secret@app.example"},
    ):  # fmt: skip
        assert door.post(ENDPOINTS, json=refused, headers=key).status_code == 422, refused
    neither_nor_both: tuple[dict[str, str], ...] = ({}, {"event_id": str(uuid4()), "since": "2026-01-31T10:00:00Z"})
    for wanted in neither_nor_both:
        assert door.post(f"{ENDPOINTS}{endpoint_id}/redeliver/", json=wanted, headers=key).status_code == 422, wanted


def test_there_are_no_more_than_are_served(owner_session: Session) -> None:
    for _ in range(ENDPOINTS_MAX):
        create_endpoint(owner_session, uuid7(), WANTED)
    with pytest.raises(Rejected, match="no more are served"):
        create_endpoint(owner_session, uuid7(), WANTED)


def test_a_range_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="until must be after since"):
        RedeliverEvents.model_validate(
            {"endpoint_id": uuid4(), "since": "2026-01-31T10:00:00Z", "until": "2026-01-31T10:00:00Z"}
        )
