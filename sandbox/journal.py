"""The sandbox's memory on disk: one JSON line for every change of an object."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import orjson

from sandbox.json_types import JsonObject

FILE_NAME = "journal.jsonl"


class JournalInUse(Exception):
    """Two sandboxes cannot share one home."""


class Journal:
    """Append-only. Every line is handed to the operating system before the change is answered, so it survives the
    death of the process (SIGKILL), though not of the machine: there is no fsync, since this is a test double.
    Raises JournalInUse when another process writes it.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.path = home / FILE_NAME
        self._file = self.path.open("ab")
        self._take()
        self._cut_torn_line()

    def append(self, kind: str, record: JsonObject) -> None:
        """Remember the whole present state of one object, named by its `id`."""
        self._file.write(orjson.dumps({"kind": kind, "record": record}) + b"\n")
        self._file.flush()

    def read(self) -> Iterator[tuple[str, JsonObject]]:
        """Every change ever written, oldest first."""
        with self.path.open("rb") as lines:
            for line in lines:
                entry = orjson.loads(line)
                yield entry["kind"], entry["record"]

    def close(self) -> None:
        """After this nothing can be appended."""
        self._file.close()

    def _cut_torn_line(self) -> None:
        """A crash may leave half a line at the end: it was never answered, so it never happened."""
        content = self.path.read_bytes()
        self._file.truncate(content.rfind(b"\n") + 1)

    def _take(self) -> None:
        """The operating system frees the lock when the process ends, however it ends."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            self._file.close()
            raise JournalInUse(f"another sandbox is using {self.path}") from problem
