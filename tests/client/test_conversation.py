"""How the client carries a call out: again under the same key, as patiently as it was asked to be, and no longer."""

import json
from typing import Any

import pytest
from cashbeat_client import calls
from cashbeat_client.conversation import Answer, Patience, Sent, Steps, ask, say
from cashbeat_client.errors import NotFinished, Refused, Unreachable

PATIENCE = Patience(tries=3, outcome_seconds=1.0)
COMMAND = calls.consume_credits(account_id="a", amount=5)
QUERY = calls.get_account("a")
BUSY = Answer(503, {"retry-after": "2"}, b"{}")
NOTHING = Answer(0, {}, b"connection refused")


def _answer(http_status: int = 200, /, **body: Any) -> Answer:
    return Answer(http_status, {}, json.dumps(body).encode())


def _play(steps: Steps, *answers: Answer) -> tuple[Any, list[Sent], list[float]]:
    """What the steps end with, what they sent and how long they waited, while the server says these."""
    sent: list[Sent] = []
    waits: list[float] = []
    left = list(answers)
    answer: Answer | None = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return end.value, sent, waits
        answer = None
        if isinstance(step, Sent):
            sent.append(step)
            answer = left.pop(0)
        else:
            waits.append(step)


def test_a_command_is_said_again_under_the_key_that_it_began_with() -> None:
    done = _answer(id="1", status="succeeded", result={"balance": 7})
    result, sent, waits = _play(say(COMMAND, None, PATIENCE), NOTHING, BUSY, done)
    assert result == {"balance": 7}
    assert len({each.headers["Idempotency-Key"] for each in sent}) == 1
    assert [json.loads(each.content or b"") for each in sent] == [{"account_id": "a", "amount": 5}] * 3
    assert waits[1] == 2.0
    assert 0 < waits[0] <= PATIENCE.first_wait_seconds


def test_two_commands_without_a_key_are_two() -> None:
    done = _answer(id="1", status="succeeded", result={})
    _, first, _ = _play(say(COMMAND, None, PATIENCE), done)
    _, second, _ = _play(say(COMMAND, None, PATIENCE), done)
    assert first[0].headers["Idempotency-Key"] != second[0].headers["Idempotency-Key"]


def test_what_takes_longer_is_asked_for() -> None:
    queued = _answer(202, id="1", status="queued")
    done = _answer(id="1", status="succeeded", result={"balance": 7})
    result, sent, _ = _play(say(COMMAND, "job-1", PATIENCE), queued, queued, done)
    assert result == {"balance": 7}
    assert [each.path for each in sent] == [COMMAND.path, "/v1/operations/1/", "/v1/operations/1/"]


def test_what_is_not_done_in_time_is_named_and_not_canceled() -> None:
    queued = _answer(202, id="1", status="queued")
    with pytest.raises(NotFinished) as caught:
        _play(say(COMMAND, "job-1", PATIENCE), *[queued] * 5)
    assert (caught.value.operation_id, caught.value.status) == ("1", "queued")


def test_what_the_worker_refused_is_refused() -> None:
    problem = {"type": "urn:cashbeat:problem:insufficient_credits", "status": 409, "detail": "There are 3."}
    failed = _answer(id="1", status="failed", problem=problem)
    with pytest.raises(Refused) as caught:
        _play(say(COMMAND, "job-1", PATIENCE), failed)
    assert (caught.value.code, caught.value.status, caught.value.detail) == (
        "insufficient_credits",
        409,
        "There are 3.",
    )


def test_a_refusal_is_not_tried_again() -> None:
    errors = [{"field": "amount", "message": "must be a whole number"}]
    refused = _answer(422, type="urn:cashbeat:problem:invalid", status=422, detail="See.", errors=errors)
    with pytest.raises(Refused, match="amount: must be a whole number") as caught:
        _play(say(COMMAND, "job-1", PATIENCE), refused)
    assert caught.value.errors == errors


def test_patience_has_an_end() -> None:
    with pytest.raises(Unreachable, match="connection refused"):
        _play(ask(QUERY, PATIENCE), NOTHING, NOTHING, NOTHING)
    with pytest.raises(Unreachable, match="503"):
        _play(ask(QUERY, PATIENCE), BUSY, BUSY, BUSY)


def test_a_proxy_that_speaks_no_json_is_refused_as_well() -> None:
    with pytest.raises(Refused) as caught:
        _play(ask(QUERY, PATIENCE), Answer(404, {}, b"<html>nothing here"))
    assert (caught.value.status, caught.value.detail) == (404, "<html>nothing here")
