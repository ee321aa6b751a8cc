"""How often somebody may ask: each caller by themselves, each account by itself, all doors together."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from schemas.permissions import StaffRole
from settings import Settings
from stack.valkey import EmbeddedValkey
from tests.callers.issuers import bearer, by_secret
from tests.ingress.running_door import in_thread

NewKey = Callable[..., dict[str, str]]
PACKAGES, BALANCE, WATCH = (
    "/v1/billing/credits/packages/",
    "/v1/billing/credits/balance/",
    "/v1/billing/credits/balance-watch/",
)
LIMITED = "urn:cashbeat:problem:rate_limited"
LINKS = ("/pay/", "/confirm-email/", "/v1/team/invitations/")


def _limits(settings: Settings, **limits: int) -> Settings:
    return settings.model_copy(update=limits)


def _told(answer: httpx.Response) -> dict[str, tuple[int, int, int]]:
    """Of each policy its quota, what is left and when it is full, as the two headers tell."""
    quotas = re.findall(r'"(\w+)";q=(\d+);w=60', answer.headers["ratelimit-policy"])
    left = re.findall(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert [policy for policy, _ in quotas] == [policy for policy, _, _ in left]
    return {
        policy: (int(quota), int(rest), int(full))
        for (policy, quota), (_, rest, full) in zip(quotas, left, strict=True)
    }


def test_every_answer_tells_what_is_left(door: httpx.Client, new_key: NewKey) -> None:
    key = new_key(requests_per_minute_max=30)
    first, second = (door.get(PACKAGES, headers=key) for _ in range(2))
    assert (_told(first), _told(second)) == ({"key": (30, 29, 2)}, {"key": (30, 28, 4)})
    refused = door.get("/v1/billing/invoices/?limit=0", headers=key)
    assert (refused.status_code, _told(refused)["key"][1]) == (422, 27)


def test_of_many_at_once_at_two_doors_no_more_are_let_in_than_may(
    settings: Settings, new_key: NewKey, database_url: str
) -> None:
    key = new_key(requests_per_minute_max=50)
    with in_thread(settings) as one, in_thread(settings) as other, ThreadPoolExecutor(16) as pool:
        asked = pool.map(lambda number: (one, other)[number % 2].get(PACKAGES, headers=key), range(120))
        answers = list(asked)
    counted = Counter(answer.status_code for answer in answers)
    # as long as this took, one more was refilled each 1.2 seconds
    assert 50 <= counted[200] <= 50 + 30
    assert counted[200] + counted[429] == 120
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["type"] == LIMITED
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    assert _told(refused)["key"][:2] == (50, 0)


def test_each_kind_of_caller_has_a_limit_and_a_key_may_have_its_own(
    with_users: Settings, new_key: NewKey, new_member: NewKey, acme_id: UUID
) -> None:
    limited = _limits(with_users, server_requests_per_minute=5, user_requests_per_minute=4, staff_requests_per_minute=3)
    robin = new_member(StaffRole.SUPPORT, "Robin")
    with in_thread(limited) as door:
        for headers, most in (
            (new_key(), 5),
            (new_key(requests_per_minute_max=2), 2),
            (bearer(by_secret(account_id=str(acme_id))), 4),
            (robin, 3),
        ):
            statuses = [door.get(PACKAGES, headers=headers).status_code for _ in range(most + 1)]
            assert statuses == [200] * most + [429]
        second_key = new_member(StaffRole.SUPPORT, "Robin")
        assert door.get(PACKAGES, headers=second_key).status_code == 429, "they are one person"


def test_an_account_that_is_asked_about_too_often_delays_no_other(
    settings: Settings, key: dict[str, str], acme_id: UUID
) -> None:
    others = str(uuid4())
    with in_thread(_limits(settings, account_requests_per_minute=3, server_requests_per_minute=100)) as door:

        def watch(account_id: str) -> httpx.Response:
            return door.post(WATCH, json={"account_id": account_id, "warn_below": 5}, headers=key)

        statuses = [watch(str(acme_id)).status_code for _ in range(2)]
        statuses += [door.get(BALANCE, params={"account_id": str(acme_id)}, headers=key).status_code]
        assert statuses == [202, 202, 200]
        for refused in (
            watch(str(acme_id)),
            door.get(BALANCE, params={"account_id": str(acme_id)}, headers=key),
            door.get(f"/v1/accounts/{acme_id}/", headers=key),
        ):
            assert (refused.status_code, refused.json()["type"]) == (429, LIMITED)
            assert "account" in refused.json()["detail"]
        answer = watch(others)
        assert answer.status_code == 202
        told = _told(answer)
        # one more is refilled each 0.6 seconds
        assert (told["key"][0], told["account"]) == (100, (3, 2, 20))
        assert told["key"][1] >= 96, "what was refused cost the key nothing"


def test_what_is_refused_is_not_stored(settings: Settings, key: dict[str, str], rows: Callable[..., Any]) -> None:
    command = {"account_id": str(uuid4()), "warn_below": 5}
    with in_thread(_limits(settings, server_requests_per_minute=2)) as door:
        statuses = [door.post(WATCH, json=command, headers=key).status_code for _ in range(4)]
        assert door.post(WATCH, content=b"no json", headers=key).status_code == 429
    assert statuses == [202, 202, 429, 429]
    assert rows("SELECT count(*) FROM operations") == [(2,)]


def test_users_of_one_account_share_its_limit_and_have_each_their_own(with_users: Settings, acme_id: UUID) -> None:
    with in_thread(_limits(with_users, account_requests_per_minute=5, user_requests_per_minute=3)) as door:
        ada, bob = (bearer(by_secret(account_id=str(acme_id), sub=name)) for name in ("ada", "bob"))
        assert [door.get(PACKAGES, headers=ada).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert [door.get(PACKAGES, headers=bob).status_code for _ in range(3)] == [200, 200, 429]


def test_nobody_takes_from_an_account_that_they_may_not_touch(
    settings: Settings, new_key: NewKey, acme_id: UUID
) -> None:
    """Else a customer's server could have another customer turned away."""
    theirs, ours = new_key(account_ids=(uuid4(), uuid4())), new_key()
    with in_thread(_limits(settings, account_requests_per_minute=3)) as door:
        for _ in range(4):
            assert door.get(BALANCE, params={"account_id": str(acme_id)}, headers=theirs).status_code == 404
            said = door.post(WATCH, json={"account_id": str(acme_id), "warn_below": 5}, headers=theirs)
            assert said.status_code == 404
            assert "account" not in _told(said)
        assert door.get(BALANCE, params={"account_id": str(acme_id)}, headers=ours).status_code == 200


def test_who_guesses_keys_is_not_looked_up_any_more(settings: Settings, key: dict[str, str]) -> None:
    with in_thread(_limits(settings, address_failures_per_minute=10)) as door:
        assert door.get(PACKAGES, headers=key).status_code == 200
        guesses = [door.get(PACKAGES, headers=bearer(f"cb_sk_guess{number}")) for number in range(12)]
        assert [each.status_code for each in guesses] == [401] * 10 + [429] * 2
        assert int(guesses[-1].headers["retry-after"]) > 0
        assert door.get(PACKAGES).status_code == 401, "who sends none guesses nothing"
        assert door.get(PACKAGES, headers=key).status_code == 200, "who is known is let in from everywhere"
        figures = door.get("/metrics").text
        assert 'cashbeat_rate_limited_total{policy="address"}' in figures


def test_who_guesses_links_is_not_looked_up_any_more_and_keys_are_none_of_it(
    settings: Settings, key: dict[str, str]
) -> None:
    limited = settings.model_copy(update={"public_url": "https://pay.example", "address_failures_per_minute": 9})
    with in_thread(limited) as door:
        paths = [f"{path}{'A' * 42}{number}/" for number in range(4) for path in LINKS]
        guesses = [door.get(path) for path in paths]
        assert [each.status_code for each in guesses] == [404] * 9 + [429] * 3
        assert int(guesses[-1].headers["retry-after"]) > 0
        assert {each.json()["type"] for each in guesses[9:]} == {LIMITED}
        assert door.post(paths[0]).status_code == 429
        assert door.get(PACKAGES, headers=key).status_code == 200


@pytest.mark.parametrize("is_frozen", [True, False])
def test_while_the_broker_is_away_commands_are_taken_and_limits_hold(
    settings: Settings, new_key: NewKey, valkey_server: EmbeddedValkey, *, is_frozen: bool
) -> None:
    limited = _limits(settings, ingress_processes=2)
    key, command = new_key(requests_per_minute_max=20), {"account_id": str(uuid4()), "warn_below": 5}
    with in_thread(limited) as door:
        assert door.get(PACKAGES, headers=key).status_code == 200
        valkey_server.freeze() if is_frozen else valkey_server.stop()
        try:
            answers = [door.post(WATCH, json=command, headers=key) for _ in range(30)]
        finally:
            valkey_server.thaw() if is_frozen else valkey_server.start()
        counted = Counter(answer.status_code for answer in answers)
        assert 10 <= counted[202] <= 12, counted
        assert counted[202] + counted[429] == 30
        assert max(answer.elapsed.total_seconds() for answer in answers) < 2
        assert "cashbeat_rate_limited_alone_total" in door.get("/metrics").text
