"""The patience of customers, through every outage."""

import time
from collections.abc import Callable
from typing import TypeVar

import requests

from stack.errors import StackError
from tests.gauntlet.plan import Happened

# an outage of PostgreSQL lasts seconds; a customer who waits ten minutes has found a bug
PATIENCE_SECONDS = 600.0
RETRY_SECONDS = 0.5

Answer = TypeVar("Answer")


def patiently(act: Callable[[], Answer], happened: Happened) -> Answer:
    """Do it again until it is done; raises what it raised last when patience is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except (StackError, requests.RequestException):
            if time.monotonic() > deadline:
                raise
            happened.count("retries")
            time.sleep(RETRY_SECONDS)
