"""One request to the API after its token and its JSON, and the action that it asks for."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from sandbox.json_types import JsonObject
from sandbox.paypal.api.fields import Fields
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """`ids` are the variable parts of the path, `query` what follows it; `raw` is the body as it came, and
    `request_id` the PayPal-Request-Id.
    """

    path: str
    ids: dict[str, str]
    query: dict[str, str]
    raw: bytes
    fields: Fields
    request_id: str | None
    is_minimal: bool


Run = Callable[[World, Call], JsonObject]
Shown = Callable[[World, JsonObject], JsonObject]


@dataclass(frozen=True, slots=True)
class Action:
    """What a method does to a path.

    `run` gives the record that the answer is about, and `shown` makes the answer of it. With `keeps_seconds` its
    request ids are remembered so long under the name of this kind of call; the repeat of one answers `status_repeated`
    and the present state of the record, which is of this `kind`. `mocks` are the issues that negative testing plays,
    None where PayPal has no negative testing.
    """

    name: str
    method: str
    path: str
    run: Run
    shown: Shown
    _: KW_ONLY
    kind: str = ""
    status: int = 200
    status_repeated: int = 200
    keeps_seconds: int = 0
    mocks: frozenset[str] | None = None
    is_whole: bool = False
