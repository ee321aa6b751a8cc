"""What each vendor is called with: field by field its row, else the environment. A change is noticed within seconds."""

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import structlog
from pydantic import SecretStr

from billing.errors import NeverConnected, NotConnected
from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.places import key_of
from credentials.queries import LOOK_SECONDS, list_providers
from credentials.tables import IntegrationProvider, ProviderType
from database.engine import Database
from gateways.registry import connecting_of
from setting_needs import PUBLIC, is_plain_http

log = structlog.get_logger(__name__)

Values = Mapping[str, Any]

# what the columns of `credentials.places.KEY_COLUMNS` keep, before operators
_IN_WORDS = {"api_key": "key", "api_secret": "secret"}


class Providers:
    """One process's knowledge of them. Threads may share it."""

    def __init__(
        self, database: Database, keys: MasterKeys, set_here: Callable[[str], Values], *, is_production: bool
    ) -> None:
        self._database = database
        self._is_production = is_production
        self._keys = keys
        self._set_here = set_here
        self._rows: dict[str, IntegrationProvider] = {}
        # as opened since the last look
        self._opened: dict[str, Values] = {}
        self._read_at_seconds = float("-inf")
        self._reading = Lock()
        self._said: set[tuple[str, ...]] = set()

    def of_vendor(self, name: str) -> Values:
        """By the names of the vendor's settings. A field that is set in its row counts, else the environment's.

        Raises NotConnected where it is disabled or must not be called with that: work waits, and nothing is lost.
        """
        # one thread reads and the others wait for it: they would ask for more connections than a process has
        with self._reading:
            if time.monotonic() - self._read_at_seconds > LOOK_SECONDS:
                self._look()
            if name not in self._opened:
                self._opened[name] = self._open(name)
            return self._opened[name]

    def _look(self) -> None:
        with self._database.transaction() as session:
            self._rows = {row.id: row for row in list_providers(session)}
        self._opened = {}
        self._read_at_seconds = time.monotonic()

    def _open(self, name: str) -> Values:
        here, row = self._set_here(name), self._rows.get(name)
        kept: Values = {}
        if row is not None:
            kept = self._kept(row, here)
            self._say_what_is_ignored(name, [field for field in kept if here.get(field)])
        values = {**here, **kept}
        if reason := self._why_not(name, values):
            raise NotConnected(name, reason)
        if column := _without_key(name, values):
            need = f"it has no {_IN_WORDS[column]}; `cashbeat provider set {name} {column}` asks for it"
            raise NeverConnected(name, need)
        return values

    def _kept(self, row: IntegrationProvider, here: Values) -> Values:
        """What is set in its row."""
        if not row.active:
            raise NotConnected(row.id, f"it is disabled; `cashbeat provider enable {row.id}` lets it be")
        kept = {field: value for field, value in row.config.items() if field in here}
        if row.endpoint:
            kept["api_base"] = row.endpoint
        names = {column: called for column, called in _names_of_keys(row.id).items() if getattr(row, column)}
        return kept | {called: SecretStr(self._key(row, column)) for column, called in names.items()}

    def _key(self, row: IntegrationProvider, column: str) -> str:
        if row.type is ProviderType.PAYMENT and not (row.sandbox or self._is_production):
            raise NotConnected(row.id, "CASHBEAT_ENV has to be production beside a live key, for all processes")
        try:
            return key_of(self._keys, row, column)
        except Sealed as error:
            reason = str(error)
        if self._is_news("secret_stays_sealed", row.id, reason):
            log.error("secret_stays_sealed", provider=row.id, reason=reason)
        raise NotConnected(row.id, f"its {_IN_WORDS[column]} stays sealed: {reason}")

    def _why_not(self, name: str, values: Values) -> str:
        """Empty: nothing is wrong. Asked here, because whoever set it may not have known that this is production."""
        for column, called in _names_of_keys(name).items():
            if self._is_production and values[called].get_secret_value() in PUBLIC:
                return f"its {_IN_WORDS[column]} is the sandbox's, which everybody knows"
        if self._is_production and is_plain_http(str(values.get("api_base", ""))):
            return "its endpoint must be https in production"
        return ""

    def _say_what_is_ignored(self, name: str, fields: list[str]) -> None:
        if fields and self._is_news("environment_ignored", name, *fields):
            variables = [f"{name}_{field}".upper() for field in fields]
            log.info("environment_ignored", provider=name, variables=variables, reason="the database says it")

    def _is_news(self, *what: str) -> bool:
        """Whether this process says it for the first time."""
        is_news = what not in self._said
        self._said.add(what)
        return is_news


def _names_of_keys(name: str) -> Mapping[str, str]:
    """What the vendor itself calls what these columns keep, as far as it needs them."""
    connecting = connecting_of(name)
    return {column: key.called for column, key in connecting.keys.items()} if connecting else {}


def _without_key(name: str, values: Values) -> str:
    """The first of these columns that keeps nothing though it is needed; empty: none."""
    lacking = (column for column, called in _names_of_keys(name).items() if not values[called].get_secret_value())
    return next(lacking, "")
