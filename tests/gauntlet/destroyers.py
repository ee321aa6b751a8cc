"""Destroyers: kill worker groups every few seconds, wipe the broker, kill PostgreSQL, change what PayPal signs with."""

import threading
from collections.abc import Callable

from stack.errors import StackError
from stack.running import Stack
from stack.shopper import Shopper
from tests.gauntlet.plan import PAYPAL, Happened, Plan

PROGRESS_POLL_SECONDS = 0.2


class Killer(threading.Thread):
    """Kills a random worker group with SIGKILL every few seconds until told to stop, and never fewer than planned."""

    def __init__(self, plan: Plan, happened: Happened, stack: Stack, groups: tuple[str, ...]) -> None:
        super().__init__(name="killer")
        self._plan, self._happened, self._stack, self._groups = plan, happened, stack, groups
        self._dice = plan.dice("killer")
        self.over = threading.Event()

    def run(self) -> None:
        """Kill, wait, kill."""
        while not self.over.wait(self._dice.uniform(*self._plan.kill_every_seconds)) or self._owes_kills():
            self._stack.kill(self._dice.choice(self._groups))
            self._happened.count("kills")

    def _owes_kills(self) -> bool:
        return self._happened.counts["kills"] < self._plan.kills_min


class Saboteur(threading.Thread):
    """Strikes the stores at even distances along the way, as the share of what is paid and renewed grows."""

    def __init__(self, plan: Plan, happened: Happened, stack: Stack, shopper: Shopper) -> None:
        super().__init__(name="saboteur")
        self._happened, self._stack, self._shopper = happened, stack, shopper
        self._strikes = sorted(
            [
                *self._spread(plan.broker_wipes, plan.size, self._wipe_broker),
                *self._spread(plan.database_kills, plan.size, self._kill_database),
                *(self._spread(plan.rotations, plan.size, self._rotate) if PAYPAL in plan.gateways else ()),
            ],
            key=lambda strike: strike[0],
        )
        self.over = threading.Event()

    def run(self) -> None:
        """Wait for each strike's moment; what is left at the end is struck then."""
        for due_at, strike in self._strikes:
            while self._happened.done < due_at and not self.over.wait(PROGRESS_POLL_SECONDS):
                pass
            strike()

    @staticmethod
    def _spread(times: int, size: int, strike: Callable[[], None]) -> list[tuple[int, Callable[[], None]]]:
        return [(size * (number + 1) // (times + 1), strike) for number in range(times)]

    def _wipe_broker(self) -> None:
        try:
            self._stack.wipe_broker()
        except StackError as error:
            self._happened.blame(f"the broker could not be wiped: {error}")
        self._happened.count("broker_wipes")

    def _kill_database(self) -> None:
        killed = self._stack.kill("postgres")
        self._stack.supervisor.wait_restarted("postgres", killed)
        self._happened.count("database_kills")

    def _rotate(self) -> None:
        """PayPal signs with another certificate from now on, and no token of before is good."""
        self._shopper.sandbox("POST", "/sandbox/paypal/certificates/rotate")
        self._shopper.sandbox("POST", "/sandbox/paypal/tokens/revoke")
        self._happened.count("rotations")
