"""One token for a process, asked for early, by one thread at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, Event

import pytest

from billing.errors import Unavailable
from gateways.paypal.tokens import EARLY_SECONDS, AccessTokens, Token

HOURS_9 = 32_400.0
THREADS = 16


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def numbered(lives_seconds: float = HOURS_9) -> tuple[Callable[[], Token], Callable[[], int]]:
    """Gives token_1, token_2, ... and tells how many."""
    numbers, given = count(1), []

    def fetch() -> Token:
        given.append(next(numbers))
        return Token(f"token_{given[-1]}", lives_seconds)

    return fetch, lambda: len(given)


def test_a_token_serves_until_shortly_before_its_end() -> None:
    clock = Clock()
    fetch, asked = numbered()
    tokens = AccessTokens(fetch, clock)
    assert tokens.current() == "token_1"
    clock.now += HOURS_9 - EARLY_SECONDS - 1
    assert tokens.current() == "token_1"
    assert asked() == 1
    clock.now += 1
    assert tokens.current() == "token_2"


def test_a_token_that_lives_shorter_than_that_serves_for_half_its_life() -> None:
    clock = Clock()
    fetch, _ = numbered(lives_seconds=60)
    tokens = AccessTokens(fetch, clock)
    tokens.current()
    clock.now += 29
    assert tokens.current() == "token_1"
    clock.now += 1
    assert tokens.current() == "token_2"


def test_many_threads_that_need_one_ask_once() -> None:
    is_asked, may_answer, asked = Event(), Event(), []

    def fetch() -> Token:
        asked.append(1)
        is_asked.set()
        assert may_answer.wait(5)
        return Token("token_1", HOURS_9)

    tokens = AccessTokens(fetch)
    with ThreadPoolExecutor(THREADS) as pool:
        given = [pool.submit(tokens.current) for _ in range(THREADS)]
        assert is_asked.wait(5)
        may_answer.set()
        assert {each.result() for each in given} == {"token_1"}
    assert len(asked) == 1


def test_many_threads_whose_token_is_refused_ask_once() -> None:
    fetch, asked = numbered()
    tokens, together = AccessTokens(fetch), Barrier(THREADS)
    refused = tokens.current()

    def instead() -> str:
        together.wait(5)
        return tokens.instead_of(refused)

    with ThreadPoolExecutor(THREADS) as pool:
        assert {each.result() for each in [pool.submit(instead) for _ in range(THREADS)]} == {"token_2"}
    assert asked() == 2


def test_who_waited_while_another_asked_in_vain_hears_the_same_and_does_not_ask_again() -> None:
    """The clock stands: all of them came no later than the failure."""
    is_asked, may_answer, asked = Event(), Event(), []

    def fetch() -> Token:
        asked.append(1)
        is_asked.set()
        assert may_answer.wait(5)
        raise Unavailable("out of order", retry_after_seconds=7)

    tokens = AccessTokens(fetch, Clock())
    with ThreadPoolExecutor(THREADS) as pool:
        given = [pool.submit(tokens.current) for _ in range(THREADS)]
        assert is_asked.wait(5)
        may_answer.set()
        failures = [each.exception() for each in given]
    assert len(asked) == 1
    for failure in failures:
        assert isinstance(failure, Unavailable)
        assert not failure.ambiguous
        assert failure.retry_after_seconds == 7


def test_after_a_failure_the_next_who_comes_asks_again() -> None:
    clock, is_out_of_order = Clock(), [True]

    def fetch() -> Token:
        if is_out_of_order.pop():
            raise Unavailable("out of order")
        return Token("token_1", HOURS_9)

    tokens = AccessTokens(fetch, clock)
    with pytest.raises(Unavailable):
        tokens.current()
    clock.now += 1
    is_out_of_order.append(False)
    assert tokens.current() == "token_1"
