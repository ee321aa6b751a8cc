"""A whole Cashbeat on this machine, from the first process to the last."""

import contextlib
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import IO, Self

import redis

from credentials.master_keys import parse
from sandbox import trial
from setting_needs import UP, unmet
from settings import Settings
from stack import addresses as where
from stack import discover, leftovers, master_keys, postgres, processes, readiness, valkey
from stack import home as homes
from stack.errors import StackError
from stack.first_offers import offer_first
from stack.first_providers import fill
from stack.forked import Nursery
from stack.heartbeat_watch import HeartbeatWatch, read_ages
from stack.kept_ports import KeptPorts
from stack.output import Output
from stack.ports import LOOPBACK, reached_at
from stack.postgres import EmbeddedPostgres
from stack.prepare import prepare
from stack.stands_in import payment_takers, why_no_sandbox
from stack.stores import DATABASE_NAME, urls_of
from stack.supervisor import Supervisor
from stack.valkey import EmbeddedValkey
from workers.queues import GROUPS

BROKER_TIMEOUT_SECONDS = 5.0

Progress = Callable[[str], None]


def silent(_text: str) -> None:
    """For callers who want to hear nothing of the start."""


class Stack:
    """Starts on entering, stops on leaving. `addresses` and `environment` are there once it has started.

    `terminal` shows the processes' lines; none keeps them in the log files alone. `progress` hears what comes next.
    Where nobody watches (`is_watched`), neither Flower nor the portal nor the console is started.
    Raises StackError when anything does not start, after stopping what did.
    """

    addresses: where.Addresses
    environment: dict[str, str]

    def __init__(
        self,
        settings: Settings,
        terminal: IO[str] | None = None,
        progress: Progress = silent,
        *,
        is_watched: bool = True,
    ) -> None:
        self.settings = settings
        self.home = homes.prepare(settings.cashbeat_home)
        self.supervisor = Supervisor(output := Output(self.home / "logs", terminal), self.home / "run")
        self._output = output
        self._progress = progress
        self._is_watched = is_watched
        self._ports = KeptPorts(self.home, progress)
        self._postgres: EmbeddedPostgres | None = None
        self._valkey: EmbeddedValkey | None = None
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> Self:
        if missing := unmet(self.settings, UP):
            raise StackError("; ".join(missing))
        with contextlib.ExitStack() as cleanup:
            cleanup.enter_context(homes.exclusive(self.home))
            cleanup.callback(self._output.close)
            cleanup.callback(self._ports.close)
            # what a killed run left, and its ports with it
            leftovers.clear_all(self.home / "run")
            if nursery := processes.open_nursery(*self._loaded()):
                # what it has forked stops first: what was registered later is called earlier
                cleanup.callback(nursery.close)
            self.supervisor.start()
            cleanup.callback(self.supervisor.stop)
            self._start(nursery)
            cleanup.callback(discover.withdraw, self.home)
            cleanup.callback(self._start_watch().stop)
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def kill(self, name: str) -> int:
        """SIGKILL for a process and everything it started, as a crash would do it. Returns the process id."""
        return self.supervisor.kill(name)

    def wipe_broker(self) -> None:
        """FLUSHALL on the embedded broker. Raises StackError for a broker that is not ours to wipe."""
        if self._valkey is None:
            raise StackError("BROKER_URL names a broker that may serve others as well; it is not wiped")
        with redis.Redis.from_url(self.addresses.broker_url, socket_timeout=BROKER_TIMEOUT_SECONDS) as client:
            client.flushall()

    def _start(self, nursery: Nursery | None) -> None:
        urls, broker_url = urls_of(self.settings, self.home, self._start_postgres()), self._start_valkey()
        self._progress("migrating the database")
        self._progress(prepare(urls))
        master_keys_text = master_keys.of_stack(self.settings, self.home)
        for word in fill(self.settings, urls.owner, partial(parse, master_keys_text)):
            self._progress(word)
        takers = payment_takers(self.settings, urls.owner)
        if takers and not self.settings.is_production:
            self._progress(why_no_sandbox(takers))
        has_sandbox = not takers
        offer_first(self.settings, urls.owner, has_sandbox=has_sandbox)
        self.addresses = where.choose(self.settings, urls, broker_url, self._ports, has_sandbox=has_sandbox)
        self.environment = where.environment(self.settings, self.addresses, master_keys_text)
        if has_sandbox:
            trial.prepare(where.sandbox_home(self.settings))
        self._progress("starting ingress, workers, beat" + (", portal, console and Flower" if self._is_watched else ""))
        self._start_processes(nursery)
        readiness.wait_open(self.supervisor, self._doors())
        discover.publish(self.home, self.environment)

    def _loaded(self) -> list[str]:
        pages = processes.OF_PAGES if self._is_watched else ()
        return [*pages] if self.settings.is_production else [*pages, processes.OF_SANDBOX]

    def _start_processes(self, nursery: Nursery | None) -> None:
        specs = processes.business_processes(
            self.settings, self.addresses, self.environment, nursery, is_watched=self._is_watched
        )
        # the doors load while what forks the workers does
        for spec in sorted(specs, key=lambda spec: spec.nursery is not None):
            if spec.nursery is not None:
                spec.nursery.wait_ready()
            self.supervisor.add(spec)

    def _doors(self) -> dict[str, readiness.Door]:
        at = self.addresses
        sandbox = {"sandbox": (LOOPBACK, at.sandbox_port)} if at.sandbox_port else {}
        portal, console = (reached_at(at.portal_host), at.portal_port), (reached_at(at.console_host), at.console_port)
        pages = {"portal": portal, "console": console} if self._is_watched else {}
        return {"ingress": (reached_at(at.ingress_host), at.ingress_port), **pages, **sandbox}

    def _start_postgres(self) -> str:
        if self.settings.database_url:
            return self.settings.database_url
        self._progress("starting PostgreSQL")
        self._postgres = server = EmbeddedPostgres(
            self.home, self._ports.choose("POSTGRES_PORT", postgres.PORT_DEFAULT)
        )
        server.prepare()
        server.wait_ready(self.supervisor.add(server.spec()))
        server.create_database(DATABASE_NAME)
        return server.url(DATABASE_NAME)

    def _start_valkey(self) -> str:
        if self.settings.broker_url:
            return self.settings.broker_url
        self._progress("starting Valkey")
        self._valkey = server = EmbeddedValkey(self.home, self._ports.choose("VALKEY_PORT", valkey.PORT_DEFAULT))
        server.prepare()
        server.wait_ready(self.supervisor.add(server.spec()))
        return server.url()

    def _start_watch(self) -> HeartbeatWatch:
        read = partial(read_ages, self.addresses.database_url)
        watch = HeartbeatWatch(self.supervisor, GROUPS, read, self._output)
        watch.start()
        return watch
