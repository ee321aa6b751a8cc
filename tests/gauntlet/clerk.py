"""Who imports the bank's statements, is interrupted in the middle, and in the end asks payers what they meant."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from stack.errors import StackError
from stack.shopper import Shopper
from tests.gauntlet.bank import Bank, Entry
from tests.gauntlet.patience import patiently
from tests.gauntlet.plan import Happened, Plan

ROOT = Path(__file__).resolve().parents[2]
# each takes seconds of a processor, which the run needs for itself
IMPORT_EVERY_SECONDS = (3.0, 10.0)
# one import in so many is killed; by then it has read its file, and may have booked a part of it
KILLED_EVERY = 3
KILLED_AFTER_SECONDS = (1.0, 4.0)
COMMAND_SECONDS_MAX = 300.0
PAGE_SIZE = 100
# no amount of the file has a sign, because nothing leaves the account
ALL_CAME = ("--column", "direction==credit")


class Clerk(threading.Thread):
    """Works at the command line of the installation in `home`, under one name."""

    def __init__(
        self, plan: Plan, happened: Happened, bank: Bank, home: Path, make_shopper: Callable[[], Shopper]
    ) -> None:
        super().__init__(name="clerk", daemon=True)
        self._dice, self._happened, self._bank, self._home = plan.dice("clerk"), happened, bank, home
        self._shopper = make_shopper()
        self._file = home / "statement.csv"
        self.over = threading.Event()

    def run(self) -> None:
        """Import what the bank has by now, over and over."""
        while not self.over.wait(self._dice.uniform(*IMPORT_EVERY_SECONDS)):
            is_killed = self._dice.randrange(KILLED_EVERY) == 0
            try:
                self._import(self._dice.uniform(*KILLED_AFTER_SECONDS) if is_killed else None)
            except StackError:
                self._happened.count("retries")

    def set_limit(self, amount: str) -> None:
        """Above it a second person has to approve."""
        self._type(("payment", "limit", amount))

    def finish(self, is_left: Callable[[Entry], bool]) -> None:
        """Import it all, then match by hand what is still open, but for what nobody finds out."""
        patiently(self._import, self._happened)
        for line_id, bank_ref in patiently(self._open_lines, self._happened):
            entry = next(each for each in self._bank.entries if each.bank_ref == bank_ref)
            if not is_left(entry):
                patiently(partial(self._match, line_id, entry), self._happened)

    def _import(self, killed_after_seconds: float | None = None) -> None:
        """Raises StackError for a command that was not killed and failed."""
        self._file.write_text(self._bank.statement())
        command = ("statement", "import", str(self._file), *ALL_CAME, "--by", self.name, "--apply")
        self._happened.count("imports")
        if not self._type(command, killed_after_seconds):
            self._happened.count("imports_killed")

    def _match(self, line_id: str, entry: Entry) -> None:
        """Whoever was on the telephone said which invoice it is for. Once is enough, whatever became of the answer."""
        if line_id in dict(self._open_lines()):
            self._type(("statement", "match", line_id, entry.number, "--by", self.name))
            self._happened.count("lines_matched")

    def _open_lines(self) -> list[tuple[str, str]]:
        """The id and the bank's reference of each."""
        found: list[tuple[str, str]] = []
        more: dict[str, Any] = {}
        while True:
            page = self._shopper.get("/v1/admin/statement-lines/", status="open", limit=PAGE_SIZE, **more)
            found += [(line["id"], line["bank_reference"]) for line in page["data"]]
            if page["next_cursor"] is None:
                return found
            more = {"cursor": page["next_cursor"]}

    def _type(self, command: tuple[str, ...], killed_after_seconds: float | None = None) -> bool:
        """False when it was killed. Raises StackError when it failed."""
        process = subprocess.Popen(
            (sys.executable, "-m", "cli", *command),
            cwd=ROOT,
            env={**os.environ, "CASHBEAT_HOME": str(self._home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _, said = process.communicate(timeout=killed_after_seconds or COMMAND_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            if killed_after_seconds is None:
                raise StackError(f"{' '.join(command)} took more than {COMMAND_SECONDS_MAX:.0f} seconds") from None
            return False
        if process.returncode:
            raise StackError(f"{' '.join(command)} ended with {process.returncode}: {said[-500:]}")
        return True
