"""One request to the API, after authentication and parsing."""

from dataclasses import dataclass
from typing import NamedTuple

from sandbox.stripe.api.params import Params


class Cause(NamedTuple):
    """What made an event happen: a request, or nothing (an expiry)."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """`ids` are the variable parts of the path, `version` the API version the answer is rendered for."""

    path: str
    ids: dict[str, str]
    params: Params
    expand: tuple[str, ...]
    version: str
    cause: Cause
