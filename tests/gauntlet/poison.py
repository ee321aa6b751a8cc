"""Poison: entries in the broker that are no message of ours, each wrong in a way of its own."""

import base64
import json
import zlib
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from schemas.messages import MESSAGES
from schemas.messages.base import Message

Entry = dict[str, Any]
Spoil = Callable[[Entry, Random], object]

BOMB_BYTES = 64 * 1024 * 1024
HUGE_CHARACTERS = 2 * 1024 * 1024
DEEP = 100_000
Values = tuple[Any, ...]

NO_DATE: Values = ("tomorrow", "9999-99-99T00:00:00", "0001-01-01T00:00:00+23:59", -1, 1e308, [], {"a": 1}, True)
NO_LIMITS: Values = ([-1, -1], ["soon", None], [1e308, 1e308], {"soft": 1}, "90", [None], 5, [[], {}], [1e-7, None])
NO_TEXT: Values = (None, 5, 1.5, True, [], ["emails.send"], {"a": {}}, "", "\x00", "\ud800", "x" * 70_000)
NO_BODY = (
    *(b"", b"null", b"[]", b"{}", b"[[],{}]", b"[[], {}, null]", b"[{}, [], {}]", b"[[1], {}, {}]", b"nonsense"),
    *(b"\xff\xfe", b"[[], {}, {}] and more", b"[[], " + b"1" * 5_000 + b", {}]"),
    b'[[], {"ids": [{"__type__": "datetime", "__value__": 5}]}, {}]',
    b'[[], {"ids": ["' + b"1" * 5_000 + b'"]}, {}]',
    b'[[], {}, {"chain": [{"task": "emails.send"}]}]',
    b'[[], {}, {"callbacks": 5}]',
    b'[[], {}, {"chord": "x", "errbacks": {"a": 1}}]',
)
NO_ARGUMENTS: Values = (
    *({}, {"": ""}, {"self": 1}, {"ids": []}, {"ids": [[]]}, {"ids": {"a": 1}}, {"ids": "x"}, {"ids": [1, 2]}),
    *({"ids": ["\x00"]}, {"ids": ["not-a-uuid"] * 3}, {"id": ["x"]}, {"id": None}, {"of_queue": ["x"]}),
    *({"interval_seconds": "soon"}, {"interval_seconds": -5}, {"interval_seconds": 10**400}),
    {"kind": "\x00", "body": {}, "caller": "\x00", "idempotency_key": "\x00"},
    {"kind": [], "body": [], "caller": 1},
)
NO_ENTRY = (
    *(b"", b"%%%%", b"null", b"[]", b"{}", b"5", b'"text"', b"{", b"\xff\xfe\x00", b"\x00", b"NaN", b"1" * 5_000),
    b"[" * DEEP,
    b'{"body": "x"}',
    b'{"properties": null}',
    b'{"properties": {}, "headers": null}',
    b'{"properties": {"delivery_tag": 5}}',
    b'{"properties": {"delivery_tag": "x"}, "body": "x"}',
    b'{"properties": [], "headers": [], "body": []}',
    b'{"__type__": "uuid", "__value__": 5}',
    b'{"__type__": ["x"], "__value__": 5}',
)
UNKNOWN_TASKS = ("no.such.task", "celery.chord_unlock", "celery.backend_cleanup", "os.system")
# names that Celery's own request would take for its attributes
STRANGE_HEADERS = ("update", "__class__", "delivery_info", "called_directly", "retries", "stamps", "callbacks", "chord")


def poison(dice: Random, queue: str) -> bytes:
    """One entry for this queue: genuine but for one thing, or nothing of the kind at all."""
    if dice.random() < 1 / len(SPOILS):
        return dice.choice(NO_ENTRY)
    entry = genuine(dice, queue)
    dice.choice(SPOILS)(entry, dice)
    return json.dumps(entry).encode()


def genuine(dice: Random, queue: str) -> Entry:
    """An entry as Celery writes it, about rows that nobody knows."""
    message = dice.choice([message for message in MESSAGES if message.queue == queue])
    identity = str(UUID(int=dice.getrandbits(128)))
    return {
        "body": _packed([[], _content(message, dice), dict.fromkeys(("callbacks", "errbacks", "chain", "chord"))]),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py", "task": message.task, "id": identity, "shadow": None, "eta": None, "expires": None,
            "group": None, "group_index": None, "retries": 0, "timelimit": [None, None], "root_id": identity,
            "parent_id": None, "argsrepr": "()", "kwargsrepr": "{}", "origin": "gen1@here", "ignore_result": True,
            "replaced_task_nesting": 0, "stamped_headers": None, "stamps": {},
        },
        "properties": {
            "correlation_id": identity, "reply_to": identity, "delivery_mode": 2, "priority": 0,
            "delivery_info": {"exchange": queue, "routing_key": queue},
            "body_encoding": "base64", "delivery_tag": str(UUID(int=dice.getrandbits(128))),
        },
    }  # fmt: skip


def _content(message: type[Message], dice: Random) -> dict[str, Any]:
    """Ids that nobody knows."""
    ids = [str(UUID(int=dice.getrandbits(128))) for _ in range(3)]
    possible = {"ids": ids, "id": ids[0], "interval_seconds": 60, "of_queue": message.queue}
    return {name: possible.get(name, "x") for name in message.model_fields}


def _packed(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def _drop_one(entry: Entry, dice: Random) -> object:
    part = _part(entry, dice)
    return part.pop(dice.choice(list(part)))


def _replace_one(entry: Entry, dice: Random) -> None:
    part = _part(entry, dice)
    part[dice.choice(list(part))] = dice.choice(NO_TEXT)


def _replace_part(entry: Entry, dice: Random) -> None:
    entry[dice.choice(("headers", "properties", "body"))] = dice.choice(NO_TEXT)


def _part(entry: Entry, dice: Random) -> Entry:
    part: Entry = dice.choice((entry, entry["headers"], entry["properties"], entry["properties"]["delivery_info"]))
    return part


def _bad_base64(entry: Entry, dice: Random) -> None:
    entry["body"] = dice.choice(("%%%%", "====", "A", "ÄÖÜ", entry["body"][:-3], "a b c"))


def _bad_packing(entry: Entry, dice: Random) -> None:
    entry["properties"]["body_encoding"] = dice.choice(("rot13", "base85", "utf-8", 5, [], {}, "base64 "))


def _bad_type(entry: Entry, dice: Random) -> None:
    types: Values = ("application/x-python-serialize", "application/data", "text/plain", "yaml", "pickle", "", 5, [])
    entry["content-type"] = dice.choice(types)


def _bad_encoding(entry: Entry, dice: Random) -> None:
    entry["content-encoding"] = dice.choice(("utf-16", "binary", "rot13", "no-such", "", 5, [], "us-ascii"))


def _bad_body(entry: Entry, dice: Random) -> None:
    entry["body"] = base64.b64encode(dice.choice(NO_BODY)).decode()


def _bad_arguments(entry: Entry, dice: Random) -> None:
    entry["body"] = _packed([[], dice.choice(NO_ARGUMENTS), {}])


def _deep_body(entry: Entry, dice: Random) -> None:
    entry["body"] = base64.b64encode(b"[" * DEEP + b"]" * DEEP).decode()


def _huge_body(entry: Entry, dice: Random) -> None:
    entry["body"] = _packed([[], {"ids": ["x" * HUGE_CHARACTERS]}, {}])


def _bomb(entry: Entry, dice: Random) -> None:
    """A few kilobytes that become as many megabytes."""
    entry["headers"]["compression"] = dice.choice(("application/x-gzip", "gzip", "zlib"))
    entry["body"] = base64.b64encode(zlib.compress(b"[" + b" " * BOMB_BYTES)).decode()


def _bad_compression(entry: Entry, dice: Random) -> None:
    entry["headers"]["compression"] = dice.choice(("gzip", "no-such", 5, [], "application/x-bz2"))


def _bad_limits(entry: Entry, dice: Random) -> None:
    entry["headers"]["timelimit"] = dice.choice(NO_LIMITS)


def _bad_date(entry: Entry, dice: Random) -> None:
    entry["headers"][dice.choice(("eta", "expires"))] = dice.choice(NO_DATE)


def _unknown_task(entry: Entry, dice: Random) -> None:
    entry["headers"]["task"] = dice.choice(UNKNOWN_TASKS)


def _bad_description(entry: Entry, dice: Random) -> None:
    entry["headers"][dice.choice(("argsrepr", "kwargsrepr", "origin", "shadow"))] = dice.choice(NO_TEXT)


def _strange_headers(entry: Entry, dice: Random) -> None:
    entry["headers"][dice.choice(STRANGE_HEADERS)] = dice.choice(NO_TEXT)


def _old_protocol(entry: Entry, dice: Random) -> None:
    """As Celery 3 wrote it: all in the body."""
    entry["headers"] = {}
    entry["body"] = _packed({"task": dice.choice(("emails.send", "no.such", [])), "id": "1", "args": [], "kwargs": {}})


SPOILS: tuple[Spoil, ...] = (
    _drop_one, _replace_one, _replace_part, _bad_base64, _bad_packing, _bad_type, _bad_encoding, _bad_body,
    _bad_arguments, _deep_body, _huge_body, _bomb, _bad_compression, _bad_limits, _bad_date, _unknown_task,
    _bad_description, _strange_headers, _old_protocol,
)  # fmt: skip
