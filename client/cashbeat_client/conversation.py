"""How a call is carried out: tried again under the same key, waited for, paged. It tells what to send and how long to
wait, and is told the answers; who really sends, and whether that blocks, is another's business.
"""

import json
import random
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cashbeat_client.call import Call, Say
from cashbeat_client.errors import NotFinished, Refused, Unreachable

# too many, or not now: the same request may work later
TRY_AGAIN = frozenset({408, 429, 502, 503, 504})
FINAL = frozenset({"succeeded", "failed", "parked"})
WAIT_SECONDS_MAX = 30  # of the API
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Patience:
    """How often a request is tried, how long it waits in between, and how long the outcome of a command is awaited."""

    tries: int = 5
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    outcome_seconds: float = 60.0

    def wait_seconds(self, failures: int, asked_for: str | None) -> float:
        """What the server asked for, else twice as long each time, with a bit of chance in it."""
        if asked_for and asked_for.isdigit():
            return min(float(asked_for), self.longest_wait_seconds)
        longest = min(self.first_wait_seconds * float(2**failures), self.longest_wait_seconds)
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads retries, guards nothing


@dataclass(frozen=True)
class Sent:
    """A request to be sent."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """What came back. Status 0: nothing did, and `content` says why."""

    status: int
    headers: Mapping[str, str]
    content: bytes


# yields what to send, or the seconds to wait; is sent the answer, or None after a wait
Steps = Generator[Sent | float, Answer | None, Any]


def ask(call: Call[Any], patience: Patience) -> Steps:
    """The answer of a read, as JSON has it; raises Refused and Unreachable."""
    answer = yield from _tried(_sent(call), patience)
    return json.loads(answer.content)


def fetch(call: Call[bytes], patience: Patience) -> Steps:
    """The bytes of a file."""
    answer = yield from _tried(_sent(call), patience)
    return answer.content


def hand_over(call: Say[Any], key: str | None, wait_seconds: float, patience: Patience) -> Steps:
    """The operation as it stands after at most so many seconds, stored durably. Every try bears the same key."""
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    if wait_seconds > 0:
        headers["Prefer"] = f"wait={min(round(wait_seconds), WAIT_SECONDS_MAX)}"
    answer = yield from _tried(_sent(call, headers), patience)
    return json.loads(answer.content)


def say(call: Say[Any], key: str | None, patience: Patience) -> Steps:
    """The result of a command, once it is done.

    Raises Refused when it was refused, at once or by its worker, and NotFinished when it takes longer.
    """
    operation = yield from hand_over(call, key, patience.outcome_seconds, patience)
    waited = 0.0
    while operation["status"] not in FINAL and waited < patience.outcome_seconds:
        yield POLL_SECONDS
        waited += POLL_SECONDS
        operation = yield from ask(Call("GET", f"/v1/operations/{operation['id']}/", {}), patience)
    if operation["status"] == "succeeded":
        return operation["result"]
    if operation["status"] == "failed":
        raise Refused(operation["problem"] or {})
    raise NotFinished(operation["id"], operation["status"])


def _sent(call: Call[Any], headers: Mapping[str, str] | None = None) -> Sent:
    content = None if call.body is None else json.dumps(call.body, allow_nan=False).encode()
    kind = {} if content is None else {"Content-Type": "application/json"}
    return Sent(call.method, call.path, call.query, {**kind, **(headers or {})}, content)


def _tried(sent: Sent, patience: Patience) -> Generator[Sent | float, Answer | None, Answer]:
    for failures in range(patience.tries):
        answer = yield sent
        if answer is None:
            raise RuntimeError("a request was not answered")
        if 0 < answer.status < 400:
            return answer
        if answer.status and answer.status not in TRY_AGAIN:
            raise Refused(_problem(answer), answer.status)
        if failures + 1 < patience.tries:
            yield patience.wait_seconds(failures, answer.headers.get("retry-after"))
    if answer and answer.status:
        raise Unreachable(f"{sent.method} {sent.path}: {answer.status} {_problem(answer).get('detail', '')}")
    raise Unreachable(f"{sent.method} {sent.path}: {answer.content.decode() if answer else 'no answer'}")


def _problem(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except ValueError:
        return {"status": answer.status, "detail": answer.content[:200].decode(errors="replace")}
    return found if isinstance(found, dict) else {"status": answer.status}
