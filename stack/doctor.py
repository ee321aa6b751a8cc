"""Looks at this machine and says what would keep Cashbeat from running."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis

from logs import redact_text
from setting_needs import UP, unmet
from settings import Settings
from stack import ask_provider, discover, event_endpoints, ports, postgres, system_libraries, valkey
from stack.errors import StackError
from stack.explaining import place_of
from stack.kept_ports import ports_of_last_start
from stack.stores import known_database_url

TIMEOUT_SECONDS = 3
PYTHON_MIN = (3, 11)
GIGABYTE = 10**9
FREE_MIN = 2 * GIGABYTE  # a day of webhooks, and what a checkpoint writes meanwhile


@dataclass(frozen=True, slots=True)
class Finding:
    """One question with its answer. `hint` says what to do when it is not well."""

    subject: str
    is_well: bool
    detail: str
    hint: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """All questions, cheapest first. Starts, makes and changes nothing."""
    running = discover.environment(settings.cashbeat_home)
    yield _python()
    yield _libraries()
    yield _fonts()
    yield _home(settings)
    yield _disk(settings)
    yield _needs(settings)
    yield _store("PostgreSQL", settings.database_url or running.get("DATABASE_URL", ""), _ask_postgres)
    yield _store("Broker", settings.broker_url or running.get("BROKER_URL", ""), _ask_broker)
    yield from _providers(settings)
    yield from _events(settings)
    if running:
        yield Finding("Stack", True, f"running; the API answers on port {running['INGRESS_PORT']}")
    else:
        yield from _ports(settings)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= PYTHON_MIN, version, "Cashbeat needs Python 3.11 or newer")


def _libraries() -> Finding:
    missing = system_libraries.missing()
    detail = f"missing: {', '.join(missing)}" if missing else "all there, and the font of invoices"
    return Finding("PDF libraries", not missing, detail, "run `python stack/system_libraries.py`")


def _fonts() -> Finding:
    missing = system_libraries.missing_scripts()
    detail = f"none for {', '.join(missing)}" if missing else "letters of all scripts that we know of"
    return Finding("Fonts", not missing, detail, "run `python stack/system_libraries.py`, or documents are parked")


def _home(settings: Settings) -> Finding:
    """There and ours to write; or not there, where we could make it."""
    home = settings.cashbeat_home.absolute()
    return Finding("Home", os.access(_nearest(home), os.W_OK), str(home), "set CASHBEAT_HOME to a folder of yours")


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _disk(settings: Settings) -> Finding:
    """PostgreSQL stops at a full disk, and the doors with it; so this is told before."""
    place = _nearest(settings.cashbeat_home.absolute())
    free = shutil.disk_usage(place).free
    detail = f"{free / GIGABYTE:.1f} GB free in {place}"
    return Finding("Disk", free >= FREE_MIN, detail, "make room, see docs/full-disk.md")


def _needs(settings: Settings) -> Finding:
    missing = unmet(settings, UP)
    fine = "all there for production" if settings.is_production else "enough for a trial; no real money moves"
    return Finding("Settings", not missing, "; ".join(missing) or fine, "nothing starts before")


def _store(subject: str, url: str, ask: Callable[[str], str]) -> Finding:
    if not url:
        return Finding(subject, True, f"embedded, not running; {_embedded_program(subject)}")
    try:
        return Finding(subject, True, ask(url))
    except (psycopg2.Error, redis.RedisError, ValueError) as error:
        return Finding(subject, False, redact_text(str(error).strip()), "is it running, and is the address right?")


def _embedded_program(subject: str) -> str:
    return str(postgres.program("postgres") if subject == "PostgreSQL" else valkey.program())


def _ask_postgres(url: str) -> str:
    connection = psycopg2.connect(url, connect_timeout=TIMEOUT_SECONDS)
    try:
        return f"{place_of(url)}: version {connection.info.parameter_status('server_version')} answers"
    finally:
        connection.close()


def _ask_broker(url: str) -> str:
    timeouts = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    with redis.Redis.from_url(url, **timeouts) as client:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "unknown")
    if policy != "noeviction":
        raise ValueError(f"maxmemory-policy is {policy}: a full broker would silently drop queues; set noeviction")
    return "answers, and evicts nothing"


def _providers(settings: Settings) -> Iterator[Finding]:
    """Each that has a row is asked, in production each that there is; a trial with the sandbox has none."""
    if not known_database_url(settings):
        return
    try:
        for looked in ask_provider.shortcomings(settings):
            fine = "; ".join(filter(None, ("answers, and lacks nothing that we know of", looked.trusted)))
            yield Finding(looked.name, not looked.missing, "; ".join(looked.missing) or fine, looked.guide)
    except StackError as error:
        yield Finding("Providers", False, redact_text(str(error)), "without the database nobody knows of them")


def _events(settings: Settings) -> Iterator[Finding]:
    """Whether the product hears of what happens, where it has said that it wants to."""
    if not known_database_url(settings):
        return
    try:
        deaf = event_endpoints.shortcomings(settings)
    except StackError as error:
        yield Finding("Events", False, redact_text(str(error)), "without the database nobody knows who hears of them")
    else:
        hint = "`cashbeat event deliveries` shows what was answered, docs/operations.md what to do"
        yield Finding("Events", not deaf, "; ".join(deaf) or "no endpoint of the product's fails", hint)


def _ports(settings: Settings) -> Iterator[Finding]:
    kept = ports_of_last_start(settings.cashbeat_home)
    hosts = {
        "ingress_port": settings.ingress_host,
        "portal_port": settings.portal_host,
        "console_port": settings.console_host,
        "flower_port": ports.LOOPBACK,
        "sandbox_port": ports.LOOPBACK,
    }
    for name, host in hosts.items():
        is_set_by_name = name in settings.model_fields_set
        usual: int = getattr(settings, name)
        port = usual if is_set_by_name else kept.get(name.upper(), usual)
        is_free = ports.is_free(port, host)
        detail = f"{port} is free" if is_free else f"{port} is taken; another free one will be used"
        yield Finding(name.upper(), is_free or not is_set_by_name, detail, "stop what listens there or set another")
