"""Money that comes past every gateway: customers, the bank, who imports its statements, and two people who approve."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import requests

from database.api_keys import create_key
from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.approvers import Approver, waiting_claims
from tests.gauntlet.bank import Bank, Entry
from tests.gauntlet.clerk import Clerk
from tests.gauntlet.patience import patiently
from tests.gauntlet.payers import Payers, Transfer
from tests.gauntlet.plan import Happened, Plan

APPROVERS = ("mo", "jo")
# a half of the packages is below it, the others and the subscription are above
LIMIT = "USD=50.00"
PAYERS_AT_ONCE = 4
SCOPES_OF_PAYERS = ["accounts:write", "billing:read", "billing:write", "operations:read"]
SCOPES_OF_APPROVERS = ["admin:write", "billing:read", "operations:read"]
SCOPES_OF_CLERK = ["admin:read"]
DECISIONS_WAIT_SECONDS = 600.0
POLL_SECONDS = 0.5
# what is matched by hand has to be approved, and what was rejected since is open again
ROUNDS = 2

MakeShopper = Callable[[str], Shopper]


class Transfers(threading.Thread):
    """All of them, from the choice to the last approval. `made` and `bank` are for the verdict."""

    def __init__(
        self, plan: Plan, happened: Happened, home: Path, database: Database, make_shopper: MakeShopper
    ) -> None:
        super().__init__(name="transfers")
        self._plan, self._happened = plan, happened
        self.bank, self.made = Bank(), list[Transfer]()
        with database.transaction() as session:
            keys = {name: create_key(session, name, SCOPES_OF_APPROVERS) for name in APPROVERS}
            of_payers = create_key(session, "product", SCOPES_OF_PAYERS)
            of_clerk = create_key(session, "clerk", SCOPES_OF_CLERK)
        self._payers = Payers(plan, happened, self.bank, partial(make_shopper, of_payers))
        self._looking_on = make_shopper(of_payers)
        self._clerk = Clerk(plan, happened, self.bank, home, partial(make_shopper, of_clerk))
        self._approvers = [
            Approver(name, happened, self.bank, partial(make_shopper, key)) for name, key in keys.items()
        ]

    def run(self) -> None:
        """Until every customer is done and everything is decided that somebody can decide."""
        if not self._plan.transfers:
            return
        try:
            patiently(lambda: self._clerk.set_limit(LIMIT), self._happened)
            for thread in (self._clerk, *self._approvers):
                thread.start()
            with ThreadPoolExecutor(PAYERS_AT_ONCE) as hands:
                list(hands.map(self._transfer, range(self._plan.transfers)))
            self._finish()
        except (StackError, requests.RequestException) as error:
            self._happened.blame(f"the transfers came to no end: {error}")
        finally:
            self._clerk.over.set()
            for approver in self._approvers:
                approver.over.set()

    def _transfer(self, number: int) -> None:
        try:
            self.made.append(self._payers.transfer(number))
        except (StackError, requests.RequestException) as error:
            self._happened.blame(f"transfer {number} was given up: {error}")
        self._happened.count("transferred")

    def _finish(self) -> None:
        """Statements are imported to their end, whatever is known by then is matched, and all that is decided."""
        self._clerk.over.set()
        self._clerk.join()
        for _ in range(ROUNDS):
            self._await_decisions()
            self._clerk.finish(self._is_left)
        self._await_decisions()

    def _is_left(self, entry: Entry) -> bool:
        return any(entry.number == each.number and entry.amount_minor in each.left_minor for each in self.made)

    def _await_decisions(self) -> None:
        deadline = time.monotonic() + DECISIONS_WAIT_SECONDS
        while waiting := patiently(lambda: waiting_claims(self._looking_on), self._happened):
            if time.monotonic() > deadline:
                raise StackError(f"{len(waiting)} claims wait for a decision, such as {waiting[0]['id']}")
            time.sleep(POLL_SECONDS)
