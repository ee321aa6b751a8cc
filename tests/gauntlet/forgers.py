"""Forgers: webhooks that look genuine and are not. Every single one must be refused, and none leave a row."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

import requests

from gateways.stripe.signatures import sign
from settings import SANDBOX_WEBHOOK_SECRET
from tests.gauntlet.plan import Happened, Plan

REQUEST_TIMEOUT_SECONDS = 30.0
OUT_OF_TOLERANCE_SECONDS = 301
REFUSED = 400
PAUSE_SECONDS = 0.02

Delivery = tuple[bytes, dict[str, str]]


class Door(NamedTuple):
    """Where a gateway's webhooks arrive, how one is forged, and what a forgery may be answered with."""

    url: str
    forge: Callable[[Random, int], Delivery]
    statuses: tuple[int, ...] = (REFUSED,)


class Forger(threading.Thread):
    """Posts forgeries until it has made its number of them or is told that the run is over."""

    def __init__(self, plan: Plan, happened: Happened, doors: Mapping[str, Door]) -> None:
        super().__init__(name="forger")
        self._plan, self._happened, self._doors = plan, happened, doors
        self._dice = plan.dice("forger")

    def run(self) -> None:
        """Forge one after the other, at each door in its turn."""
        with requests.Session() as session:
            for number in range(self._plan.forgeries):
                url, forge_one, statuses = self._doors[self._plan.at(number)]
                body, headers = forge_one(self._dice, number)
                answer = session.post(url, data=body, headers=headers, timeout=REQUEST_TIMEOUT_SECONDS)
                self._happened.count("forged")
                if answer.status_code not in statuses:
                    self._happened.blame(f"forgery {number} was answered with {answer.status_code}")
                time.sleep(PAUSE_SECONDS)


def forge(dice: Random, number: int) -> Delivery:
    """One forgery: somebody else's secret, too old, too far in the future, or a genuine signature on another body."""
    body = json.dumps(
        {
            "id": f"evt_forged{number}",
            "object": "event",
            "type": "checkout.session.completed",
            "data": {"object": {"id": "cs_test_forged", "object": "checkout.session", "payment_status": "paid"}},
        }
    ).encode()
    now = int(time.time())
    secret, timestamp, signed = dice.choice(
        [
            ("whsec_somebody_elses", now, body),
            (SANDBOX_WEBHOOK_SECRET, now - OUT_OF_TOLERANCE_SECONDS, body),
            (SANDBOX_WEBHOOK_SECRET, now + OUT_OF_TOLERANCE_SECONDS, body),
            (SANDBOX_WEBHOOK_SECRET, now, body.replace(b"paid", b"unpaid")),
        ]
    )
    return body, {"Stripe-Signature": sign(signed, secret, timestamp), "Content-Type": "application/json"}
