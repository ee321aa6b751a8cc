"""A command as Cashbeat stores it: its form, its caller, and the id that follows from both."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

# As in Cashbeat; both must never change, or a repeat would be another operation.
OPERATION_NAMESPACE = uuid.UUID("5b0c7a52-9c1e-5c4e-8b0a-3f6a1f2f7c11")
CALLER_PREFIX = "app/"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_KEY = re.compile(r"[\x20-\x7e]{1,255}")
# as JSON writes it; an odd number of backslashes before its own would make it plain text
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True)
class Command:
    """One command of the API reference: its kind, its body, the product that says it, and what makes it the only one.

    `body` is the JSON object that the route of the same command takes. The same product and key are the same operation,
    however often and in whichever way it is handed over. Raises ValueError or TypeError for what could not even be
    stored; whether it can be done is for Cashbeat to say, see `id`.
    """

    kind: str
    body: dict[str, Any]
    product: str
    idempotency_key: str

    def __post_init__(self) -> None:
        """Refuse here what would be refused later, where nobody is waiting for it."""
        if not _NAME.fullmatch(self.product):
            raise ValueError("product: 1 to 60 small letters, digits and hyphens")
        if not _KEY.fullmatch(self.idempotency_key):
            raise ValueError("idempotency_key: 1 to 255 printable ASCII characters")
        if not isinstance(self.body, dict):
            raise TypeError("body: a JSON object")
        self.body_sha256  # noqa: B018 - raises what cannot be JSON
        if _NUL.search(self.body_json):
            raise ValueError("body: PostgreSQL keeps no text with a NUL")

    @property
    def caller(self) -> str:
        """Whose operation it is."""
        return CALLER_PREFIX + self.product

    @property
    def id(self) -> uuid.UUID:
        """The operation's id: what `GET /v1/operations/{id}`, Flower and the logs know it by."""
        return uuid.uuid5(OPERATION_NAMESPACE, f"{self.caller}\n{self.idempotency_key}")

    @property
    def body_json(self) -> str:
        """The body as JSON text."""
        return json.dumps(self.body, allow_nan=False)

    @property
    def body_sha256(self) -> str:
        """What must be equal for a repeated key to mean the same command."""
        canonical = json.dumps([self.kind, self.body], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()
