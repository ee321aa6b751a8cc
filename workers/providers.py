"""What each vendor is called with: its row, else what the environment says. A change is noticed within seconds."""

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import structlog
from pydantic import SecretStr

from billing.errors import Unavailable
from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.places import key_of
from credentials.queries import LOOK_SECONDS, list_providers
from credentials.tables import IntegrationProvider, ProviderType
from database.engine import Database

log = structlog.get_logger(__name__)

Values = Mapping[str, Any]


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
        self._read_at_seconds = float("-inf")
        self._reading = Lock()
        self._ignored: set[str] = set()

    def of_vendor(self, name: str) -> Values:
        """By the names of the vendor's settings. As soon as there is a row, the environment's keys are nobody's.

        Raises Unavailable where there is no key to call with: work waits for it, and nothing is lost.
        """
        row, here = self._row(name), self._set_here(name)
        if row is None:
            return _with_a_key(name, here)
        self._say_that_it_is_ignored(name, here)
        if not row.active:
            raise Unavailable(f"{name} is disabled; `cashbeat provider enable {name}` lets it be called again")
        config = {key: value for key, value in row.config.items() if key in here}
        return {**here, **config, _key_name(here): SecretStr(self._key(row)), "api_base": row.endpoint}

    def _row(self, name: str) -> IntegrationProvider | None:
        # one thread reads and the others wait for it: they would ask for more connections than a process has
        with self._reading:
            if time.monotonic() - self._read_at_seconds > LOOK_SECONDS:
                with self._database.transaction() as session:
                    self._rows = {row.id: row for row in list_providers(session)}
                self._read_at_seconds = time.monotonic()
            return self._rows.get(name)

    def _key(self, row: IntegrationProvider) -> str:
        if row.api_key and row.type is ProviderType.PAYMENT and not (row.sandbox or self._is_production):
            raise Unavailable(f"CASHBEAT_ENV has to be production beside a live key of {row.id}, for all processes")
        try:
            key = key_of(self._keys, row, "api_key")
        except Sealed as error:
            log.error("secret_stays_sealed", provider=row.id, reason=str(error))
            raise Unavailable(f"the key of {row.id} stays sealed: {error}") from None
        if not key:
            raise _has_no_key(row.id)
        return key

    def _say_that_it_is_ignored(self, name: str, here: Values) -> None:
        if here.get(_key_name(here)) and name not in self._ignored:
            self._ignored.add(name)
            log.warning("environment_ignored", provider=name, reason="its row in integration_providers counts")


def _key_name(here: Values) -> str:
    """What the vendor itself calls the key that it is called with."""
    return "secret_key" if "secret_key" in here else "api_key"


def _with_a_key(name: str, here: Values) -> Values:
    """What the environment says; a vendor that has no such setting needs no key."""
    if not here.get(_key_name(here), "none needed"):
        raise _has_no_key(name)
    return here


def _has_no_key(name: str) -> Unavailable:
    return Unavailable(f"{name} has no key; `cashbeat provider set {name} api_key` asks for it")
