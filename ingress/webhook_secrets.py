"""By what webhooks are checked: the database's secrets that are active, the environment's until it has one; where the
vendor is, likewise; and the certificates that workers have fetched.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog
from pydantic import SecretStr
from sqlalchemy.orm import Session

from billing.errors import BillingError
from credentials.errors import Sealed
from credentials.master_keys import MasterKeys
from credentials.places import webhook_secret_of
from credentials.queries import LOOK_SECONDS, active_at, list_endpoints, list_webhook_secrets
from credentials.tables import WebhookSecret
from database.sight import NOTHING
from database.unverified import list_certificates
from gateways.envelope import Envelope, Headers, Unchecked, WebhookSignature
from gateways.registry import vendors_with_doors
from ingress.problems import is_weather
from ingress.reads import Reads
from setting_needs import PUBLIC

log = structlog.get_logger(__name__)

Values = Mapping[str, Any]


class _Known(NamedTuple):
    """What the database says; by vendor, all but the secrets."""

    secrets: list[WebhookSecret]
    certificates: dict[str, dict[str, str]]
    endpoints: dict[str, str]


class Watched(WebhookSignature):
    """One vendor's way to sign, by what counts at this moment; the door is shut while there is no secret."""

    def __init__(self, open_door: Callable[[Values], WebhookSignature], set_here: Values) -> None:
        self._open_door, self._set_here = open_door, set_here
        self._values = {**set_here, "webhook_secrets": (), "certificates": {}}
        self._now = open_door(self._values)
        self.body_bytes_max = self._now.body_bytes_max
        self.is_set = self._now.is_set

    def use(self, secrets: tuple[SecretStr, ...], certificates: Mapping[str, str], endpoint: str) -> None:
        """Check by these from now on. An empty `endpoint` leaves it to the environment where the vendor is."""
        elsewhere = {"api_base": endpoint} if endpoint else {}
        values = {**self._set_here, **elsewhere, "webhook_secrets": secrets, "certificates": certificates}
        if values != self._values:
            self._values, self._now = values, self._open_door(values)
            self.is_set = self._now.is_set

    def look_at(self, headers: Headers, now: float) -> None:
        """See WebhookSignature."""
        self._now.look_at(headers, now)

    def read(self, body: bytes, headers: Headers, now: float) -> Envelope | Unchecked:
        """See WebhookSignature."""
        return self._now.read(body, headers, now)


class WebhookSecrets:
    """Keeps the signatures of one process up to date, without a restart."""

    def __init__(
        self, reads: Reads, keys: MasterKeys, set_here: Callable[[str], Values], *, is_production: bool
    ) -> None:
        doors = vendors_with_doors()
        self.signatures = {name: Watched(open_door, set_here(name)) for name, open_door in doors.items()}
        self._reads = reads
        self._keys = keys
        self._set_here = set_here
        # where real money moves, what everybody knows signs nothing
        self._never = PUBLIC if is_production else frozenset[str]()
        self._said: set[tuple[str, ...]] = set()
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The first look is over when the first request comes."""
        await self._look()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """No more looks."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        """What was known stays known while the database does not answer: the door must outlive that."""
        try:
            known = await self._reads.run(_read, NOTHING)
        except Exception as error:
            if not (is_weather(error) or isinstance(error, BillingError)):
                log.exception("webhook_secrets_unread")
            return
        for name, signature in self.signatures.items():
            secrets = self._of_vendor(name, [row for row in known.secrets if row.provider_id == name])
            signature.use(secrets, known.certificates.get(name, {}), known.endpoints.get(name, ""))

    def _of_vendor(self, name: str, rows: list[WebhookSecret]) -> tuple[SecretStr, ...]:
        """The environment's as long as there is no row, and while one says so: what has ended does not come back."""
        active = active_at(rows, datetime.now(UTC))
        counts_here = not rows or any(not row.secret for row in active)
        known = (*self._of_environment(name, counts=counts_here), *self._opened(row for row in active if row.secret))
        return tuple(secret for secret in known if secret.get_secret_value() not in self._never)

    def _of_environment(self, name: str, *, counts: bool) -> Sequence[SecretStr]:
        here: Sequence[SecretStr] = self._set_here(name).get("webhook_secrets", ())
        if here and not counts and self._is_news("environment_ignored", name):
            variables = [f"{name}_webhook_secrets".upper()]
            log.info("environment_ignored", provider=name, variables=variables, reason="the database says it")
        return here if counts else ()

    def _opened(self, rows: Iterable[WebhookSecret]) -> Iterator[SecretStr]:
        for row in rows:
            try:
                yield SecretStr(webhook_secret_of(self._keys, row))
            except Sealed as error:
                if self._is_news("secret_stays_sealed", row.provider_id, str(error)):
                    log.error("secret_stays_sealed", provider=row.provider_id, reason=str(error))

    def _is_news(self, *what: str) -> bool:
        """Whether this process says it for the first time: it looks every other second."""
        is_news = what not in self._said
        self._said.add(what)
        return is_news


def _read(session: Session) -> _Known:
    return _Known(list_webhook_secrets(session), list_certificates(session), list_endpoints(session))
