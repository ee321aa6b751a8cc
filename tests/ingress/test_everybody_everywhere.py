"""Every route of the door, as everybody: let in where the table of permissions says so, and to what is theirs.

Nothing here names a route: a new one is asked as soon as the door has it.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.accounts.open import open_account
from billing.whose import ACCOUNT, THINGS
from database.api_keys import hash_key
from database.ids import uuid7
from ingress.entries import all_entries, named_entries
from ingress.entries.entry import COMPANY, OWN, Answers, Asks, AtGateway, Entry, HandsOut, Says, ShowsAll, ShowsOne
from schemas.commands import COMMANDS
from schemas.commands.accounts import Address, OpenAccount
from schemas.permissions import BY_NAME, WHOLE_SCOPES, Role, StaffRole, of_key, of_role, of_staff, without_company
from tests.callers.issuers import bearer, by_rsa, by_secret
from tests.ingress.asking import Request, requests_of
from tests.ingress.things import plant

NewKey = Callable[..., dict[str, str]]
GUARDED = [entry for entry in named_entries() if entry.does.permission]


def _named(entry: Entry) -> str:
    return f"{entry.method} {entry.path}"


@pytest.fixture
def things_of_others(owner_session: Session) -> dict[str, str]:
    """What belongs to somebody else, by the fields that name it."""
    address = Address(country="US")
    command = OpenAccount(name="Others", owner="user_2", billing_email="pay@others.example", billing_address=address)
    other_id = open_account(owner_session, uuid7(), command)
    return plant(owner_session, other_id)


def _ids() -> dict[str, str]:
    """Names of nothing."""
    return {field: str(uuid4()) for field in THINGS}


def _asked(names: dict[str, str]) -> Iterator[tuple[Entry, Request]]:
    for entry in GUARDED:
        for request in requests_of(entry, names):
            yield entry, request


def test_nobody_is_let_in_and_neither_is_who_was_somebody(
    users_door: httpx.Client, new_key: NewKey, new_member: NewKey, rows: Callable[..., object], acme_id: UUID
) -> None:
    revoked, expired = new_key(), new_key(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    hashed = hash_key(revoked["Authorization"].removeprefix("Bearer "))
    rows("UPDATE api_keys SET revoked_at = now() WHERE secret_sha256 = %s", hashed)
    ended = new_member(StaffRole.ADMIN, ended_at=datetime(2026, 1, 1, tzinfo=UTC))
    whose: dict[str, Any] = {"account_id": str(acme_id)}
    tokens = (
        by_secret(exp=1_700_000_000, **whose), by_secret("a-secret-of-somebody-else-0123456789", **whose),
        by_rsa(**whose), by_secret(aud="another", **whose), by_secret(role="root", **whose), "cb_sk_made_up",
    )  # fmt: skip
    for entry, request in _asked(_ids()):
        for headers in ({}, revoked, expired, ended, *map(bearer, tokens)):
            assert request.send(users_door, headers).status_code == 401, _named(entry)


@pytest.mark.parametrize("role", Role)
def test_a_user_may_what_the_role_may(users_door: httpx.Client, acme_id: UUID, role: Role) -> None:
    _may_exactly(users_door, bearer(by_secret(account_id=str(acme_id), role=role)), of_role(role))


@pytest.mark.parametrize("role", StaffRole)
def test_a_member_of_staff_may_what_the_role_may(door: httpx.Client, new_member: NewKey, role: StaffRole) -> None:
    _may_exactly(door, new_member(role), of_staff(role))


def _may_exactly(door: httpx.Client, headers: dict[str, str], allowed: frozenset[str]) -> None:
    for entry, request in _asked(_ids()):
        answer = request.send(door, headers)
        if entry.does.permission in allowed:
            assert answer.status_code in {200, 202, 404, 422}, (_named(entry), answer.text)
        else:
            told = answer.status_code, answer.json()["type"]
            assert told == (403, "urn:cashbeat:problem:permission_missing"), _named(entry)


def test_every_route_says_whose_its_things_are() -> None:
    for entry in all_entries():
        if entry.does.permission:
            of_company = BY_NAME[entry.does.permission].of_company
            assert _is_said(entry, of_company=of_company), f"{_named(entry)}: whose is it? See billing/whose.py"


def _is_said(entry: Entry, *, of_company: bool) -> bool:
    match entry.does:
        case ShowsOne(_, _, of) | HandsOut(_, _, of):
            return of in (COMPANY, ACCOUNT) if of_company else of in THINGS
        case Asks(_, wanted):
            return of_company or ACCOUNT in wanted.model_fields
        case Says() | AtGateway():
            commands = entry.does.commands
            return of_company or all(each.is_by_token or THINGS.keys() & each.model_fields.keys() for each in commands)
        case Answers(about=about):
            return about == OWN or (about == COMPANY if of_company else about in THINGS)
        case ShowsAll():
            return True


def test_what_is_anothers_does_not_exist_for_who_is_bound(
    users_door: httpx.Client, new_key: NewKey, acme_id: UUID, things_of_others: dict[str, str]
) -> None:
    key, user = new_key(account_ids=[acme_id]), bearer(by_secret(account_id=str(acme_id)))
    assert {request.about for _, request in _asked(_ids())} >= THINGS.keys()
    for headers, allowed in ((key, without_company(of_key(WHOLE_SCOPES))), (user, of_role(Role.OWNER))):
        of_nobody = _ids()
        for (entry, about_others), (_, about_nobody) in zip(_asked(things_of_others), _asked(of_nobody), strict=True):
            refused, unknown = (request.send(users_door, headers) for request in (about_others, about_nobody))
            about = about_others.about
            if entry.does.permission not in allowed:
                assert (refused.status_code, unknown.status_code) == (403, 403), _named(entry)
            elif about:
                _are_one(refused, unknown, things_of_others[about], of_nobody[about])
                assert refused.json()["type"] == f"urn:cashbeat:problem:{THINGS[about].code}", _named(entry)
            else:
                assert refused.status_code in (200, 202, 404), _named(entry)


def _are_one(refused: httpx.Response, unknown: httpx.Response, others: str, nobodys: str) -> None:
    """The same to the letter, but for the name that was asked for."""
    assert (refused.status_code, unknown.status_code) == (404, 404), refused.text
    told = []
    for answer, name in ((refused, others), (unknown, nobodys)):
        body = {field: value.replace(name, "…") for field, value in answer.json().items() if isinstance(value, str)}
        told.append({field: value for field, value in body.items() if field != "request_id"})
    assert told[0] == told[1]


def test_what_is_its_own_is_there_for_a_key_that_is_bound(
    door: httpx.Client, new_key: NewKey, acme_id: UUID, owner_session: Session
) -> None:
    bound, names = new_key(account_ids=[acme_id]), plant(owner_session, acme_id)
    for entry, request in _asked(names):
        if isinstance(entry.does, Says | AtGateway):
            expected = 403 if BY_NAME[entry.does.permission].of_company else 202
            assert request.send(door, bound).status_code == expected, _named(entry)


def test_nothing_of_others_is_stored_or_shown(
    door: httpx.Client, new_key: NewKey, acme_id: UUID, things_of_others: dict[str, str], rows: Callable[..., Any]
) -> None:
    bound = new_key(account_ids=[acme_id])
    others = set(things_of_others.values())
    for entry, request in _asked(things_of_others):
        told = request.send(door, bound).text
        if not request.about:
            assert not any(name in told for name in others), _named(entry)
    by_token = [kind for kind, command in COMMANDS.items() if command.is_by_token]
    assert rows("SELECT count(*) FROM operations WHERE kind <> ALL (%s)", by_token) == [(0,)]
