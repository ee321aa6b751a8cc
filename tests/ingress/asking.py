"""What to send to any entry: a whole request about things whose names are given. Examples come from the docs."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from pydantic import ValidationError

from billing.whose import ACCOUNT, THINGS
from ingress.entries.entry import Answers, Asks, AtGateway, Entry, HandsOut, Says, ShowsOne
from schemas.commands.base import Command
from tests.reference import REFERENCE

TRIES_MAX = 10
HEADING = re.compile(r"^##+ `(\w+) (\S+)`$", re.MULTILINE)
BODY = re.compile(r"'(\{.*?\})'", re.DOTALL)
# what is shown and not pasted
SHOWN = re.compile(r"^```json\n(\{.*?\})\n```$", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r"'\$\w+'")
IN_PATHS = {"token": "A" * 43, "gateway": "stripe", "provider": "stripe", "service": "setup-app", "code": "LAUNCH"}
# where an example is put together by the shell
FIELDS: Mapping[str, Any] = {
    "amount_minor": 100,
    "card_ids": [str(uuid4())],
    "content": b64encode(b"%PDF-1.4 paid").decode(),
    "confirm_name": "Acme Corp",
    "currency": "USD",
    "fingerprint": "0" * 64,
    "paid_on": "2026-11-01",
    "token": "A" * 43,
    "user_id": "user_1",
    "email": "bea@acme.example",
    "success_url": "https://app.example/thanks",
    "cancel_url": "https://app.example/plans",
}
# what the door says by itself
DRAWN = {
    "token_sha256": "0" * 64,
    "secret_sha256": "0" * 64,
    "hint": "cb_sk_AAAA…AAAA",
    "acting_role": None,
}


@dataclass(frozen=True, slots=True)
class Request:
    """One that the door takes, and the field by which its account is known; "" where there is none."""

    method: str
    path: str
    about: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None

    def send(self, door: httpx.Client, headers: Mapping[str, str]) -> httpx.Response:
        """Ask it as whoever these headers make of us; again where a busy machine's database took too long (503)."""
        for _ in range(TRIES_MAX):
            answer = door.request(self.method, self.path, params=dict(self.query), json=self.body, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
        return answer


def requests_of(entry: Entry, names: Mapping[str, str]) -> list[Request]:
    """One for each command that the entry takes; of the others it is one. `names` has a value for each field."""
    match entry.does:
        case Says() | AtGateway():
            return [_saying(entry, command, names) for command in entry.does.commands]
        case Asks(_, wanted):
            about = ACCOUNT if ACCOUNT in wanted.model_fields else ""
            return [Request(entry.method, _path(entry, ""), about, {about: names[about]} if about else {}, None)]
        case ShowsOne(_, _, of) | HandsOut(_, _, of):
            return [Request(entry.method, _path(entry, names.get(of, "")), of if of in THINGS else "", {}, None)]
        case Answers(about=about):
            body = _example(entry, None, names) if entry.method == "POST" else None
            return [
                Request(entry.method, _path(entry, names.get(about, "")), about if about in THINGS else "", {}, body)
            ]
        case _:
            return [Request(entry.method, _path(entry, ""), "", {}, None)]


def _saying(entry: Entry, command: type[Command], names: Mapping[str, str]) -> Request:
    about = getattr(entry.does, "about", None) or ""
    body = _example(entry, command, names)
    named = [about] if about in THINGS else [field for field in body if field in THINGS]
    said = {field: value for field, value in body.items() if field not in {about, *_in_path(entry)}}
    return Request(entry.method, _path(entry, names.get(about, "")), named[0] if named else "", {}, said)


def _path(entry: Entry, row_id: str) -> str:
    path = entry.path.replace("{id:uuid}", row_id or str(uuid4()))
    for name, value in _in_path(entry).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _in_path(entry: Entry) -> dict[str, str]:
    return {name: value for name, value in IN_PATHS.items() if f"{{{name}}}" in entry.path}


def _example(entry: Entry, command: type[Command] | None, names: Mapping[str, str]) -> dict[str, Any]:
    """The first in the section of the route that makes this command, about what is named here."""
    # a user speaks of themselves alone
    named = {**names, "user_id": FIELDS["user_id"]}
    for body in (*_bodies(entry), _needed(command, names)):
        about = {field: named[field] for field in body if field in named}
        by_path = entry.does.about if isinstance(entry.does, Says) else None
        said = {**body, **about, **({by_path: names.get(by_path, str(uuid4()))} if by_path else {}), **_in_path(entry)}
        if command is None or _is_whole(command, said):
            return said
    raise AssertionError(f"{entry.method} {entry.path}: the docs have no example of it")


def _needed(command: type[Command] | None, names: Mapping[str, str]) -> dict[str, Any]:
    fields = command.model_fields if command else {}
    known = {**FIELDS, **names}
    return {name: known[name] for name, field in fields.items() if field.is_required() and name in known}


def _is_whole(command: type[Command], fields: Mapping[str, Any]) -> bool:
    try:
        command.model_validate({**fields, **{name: DRAWN[name] for name in command.drawn}})
    except ValidationError:
        return False
    return True


def _bodies(entry: Entry) -> Iterator[dict[str, Any]]:
    for text in BODY.findall(_section(entry)):
        try:
            yield json.loads(VARIABLE.sub(str(uuid4()), text))
        except json.JSONDecodeError:
            continue
    yield {}
    yield from map(json.loads, SHOWN.findall(_section(entry)))


def _section(entry: Entry) -> str:
    parts = HEADING.split(REFERENCE)
    bare = entry.path.replace(":uuid", "").rstrip("/")
    for method, path, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if (method, path.rstrip("/")) == (entry.method, bare):
            return text
    raise AssertionError(f"{entry.method} {entry.path} has no section")
