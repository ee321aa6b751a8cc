"""What of a text or a row may lie in a log that cannot be erased. Pure.

Numbers, ids, dates, yes and no, and the words named here. Everything else is taken for personal, as names, addresses,
notes and reasons are, until somebody names it here. What is secret, by its name, is in neither.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

HIDDEN = "***"
# a proof of payment or a traceback is known by its hash
TEXT_CHARACTERS_MAX = 2_000
_SECRET = re.compile("password|secret|token|sealed|api_?key|signature|authorization|cookie", re.IGNORECASE)
# fields whose texts are words of ours, of a gateway or of a standard
_WORDS = frozenset({
    "action", "collection", "country", "coupon", "currency", "field", "gateway", "id", "interval", "kind", "locale",
    "method", "number", "package", "path", "plan", "reason_code", "role", "scope", "scopes", "permission",
    "permissions", "service", "services", "status", "state", "timezone", "type", "used_credits", "version",
    "when", "fingerprint", "effect_sha256", "proof_sha256", "cause", "topic", "event_type",
})  # fmt: skip
_IS_PLAIN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?"
    r"|"
).fullmatch
# of a field, or of a row by its table and key; what else stands there somebody typed
_is_name = re.compile(r"[A-Za-z0-9_./,:-]{1,120}").fullmatch


@dataclass(slots=True)
class Split:
    """The same fields in two parts: what stays for ever, and what may be erased."""

    plain: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, Any] = field(default_factory=dict)


def split(fields: Mapping[str, Any]) -> Split:
    """Each field in the part in which it belongs; objects are divided field by field, lists are not divided."""
    parts = Split()
    for key, value in fields.items():
        _put(parts, str(key), value)
    return parts


def _put(parts: Split, key: str, value: Any) -> None:
    if isinstance(value, bytes | memoryview) or (_SECRET.search(key) and not isinstance(value, Mapping)):
        parts.plain[key] = HIDDEN
    elif isinstance(value, Mapping) and not all(_is_name(str(name)) for name in value):
        parts.personal[key] = {str(name): _as_json(item) for name, item in value.items()}
    elif isinstance(value, Mapping):
        inner = split(value)
        if inner.plain or not inner.personal:
            parts.plain[key] = inner.plain
        if inner.personal:
            parts.personal[key] = inner.personal
    elif isinstance(value, list | tuple | set | frozenset):
        _put_list(parts, key, list(value))
    elif _is_plain(key, value):
        parts.plain[key] = _as_json(value)
    else:
        parts.personal[key] = _as_json(value)


def _put_list(parts: Split, key: str, values: Sequence[Any]) -> None:
    """Whole in one part: whoever reads it must not wonder which of its items belong together."""
    each = [split({key: value}) for value in values]
    if any(item.personal for item in each):
        parts.personal[key] = [_merged(item.plain.get(key), item.personal.get(key)) for item in each]
    else:
        parts.plain[key] = [item.plain[key] for item in each]


def _merged(plain: Any, personal: Any) -> Any:
    if isinstance(plain, dict) and isinstance(personal, dict):
        return merged(plain, personal)
    return plain if personal is None else personal


def merged(plain: Mapping[str, Any], personal: Mapping[str, Any]) -> dict[str, Any]:
    """Both parts together again."""
    whole = dict(plain)
    for key, value in personal.items():
        whole[key] = _merged(whole.get(key), value)
    return whole


def _is_plain(key: str, value: Any) -> bool:
    if value is None or isinstance(value, bool | int | Decimal | UUID | date | datetime | Enum):
        return not isinstance(value, Enum) or isinstance(value.value, str | int)
    return isinstance(value, str) and (key in _WORDS or _IS_PLAIN(value) is not None)


def _as_json(value: Any) -> Any:
    """As JSON, without fractions: those have more than one way to be written."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int):
        return int(value)
    # what is no Unicode came from a terminal; NUL the database refuses
    text = value.isoformat() if isinstance(value, datetime | date) else str(value)
    text = text.encode(errors="replace").decode().replace("\0", "")
    if len(text) > TEXT_CHARACTERS_MAX:
        return {"characters": len(text), "sha256": sha256(text.encode()).hexdigest()}
    return text
