"""A product with endpoints, and a worker that tells it: its hands in this process, its rounds one at a time."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, text

from billing.accounts.open import open_account
from billing.events.create_endpoint import create_endpoint
from billing.events.queries import list_deliveries
from billing.events.tables import EventDelivery, EventEndpoint, ProductEvent
from billing.events.update_endpoint import update_endpoint
from calls.send_emails import EMAILS
from calls.tell_product import publish_next, tell_product
from credentials.master_keys import make, parse
from database.ids import uuid7
from database.outbox import OutboxEntry
from database.pages import Paging
from database.untold import tell
from endpoints.signing import make_secret
from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.events import CreateEventEndpoint, UpdateEventEndpoint
from schemas.documents import EmailFacts
from schemas.views.events import EventDeliveryView
from workers.endpoint_secrets import EndpointSecrets
from workers.wiring import Work


class Product:
    """What happens in its books, and who hears of it."""

    def __init__(self, work: Work) -> None:
        self.work = replace(work, endpoint_secrets=EndpointSecrets(parse(make("k1"))))
        self.accounts = [self._open(name) for name in ("ada", "bo")]
        publish_next(self.work)

    def _open(self, name: str) -> UUID:
        address = Address(country="GB")
        command = OpenAccount(name=name, owner="user-1", billing_email="b@ada.example", billing_address=address)
        with self.work.database.transaction() as session:
            return open_account(session, uuid7(), command)

    def listen(self, url: str, **fields: object) -> UUID:
        """An endpoint, as the command makes it."""
        command = CreateEventEndpoint.model_validate({"url": url, **fields})
        with self.work.database.transaction() as session:
            endpoint = create_endpoint(session, uuid7(), command)
            self.work.endpoint_secrets.add(session, endpoint.id, make_secret())
            return endpoint.id

    def happen(self, count: int, account: int = 0, event: str = "invoice.issued") -> None:
        """So many things, one after the other."""
        account_id = self.accounts[account]
        for number in range(count):
            with self.work.database.transaction() as session:
                tell(session, event, account_id, uuid7(), {"number": number})

    def tell(self) -> None:
        """A worker's round."""
        tell_product(self.work)

    def update(self, endpoint_id: UUID, **fields: object) -> None:
        """Change an endpoint, as the command does."""
        command = UpdateEventEndpoint.model_validate({"endpoint_id": endpoint_id, **fields})
        with self.work.database.transaction() as session:
            update_endpoint(session, command)

    def pass_time(self, interval: str) -> None:
        """So much of it goes by: whatever was written down is as much older."""
        older = {
            "event_deliveries": ("next_attempt_at", "gives_up_at", "lease_until", "created_at"),
            "event_endpoints": ("failing_since", "held_until", "created_at"),
            "endpoint_secrets": ("active_from", "active_until"),
        }
        with self.work.database.transaction() as session:
            for table, columns in older.items():
                shifted = ", ".join(f"{column} = {column} - interval '{interval}'" for column in columns)
                session.execute(text(f"UPDATE {table} SET {shifted}"))  # noqa: S608 - names of this file

    def secrets(self, endpoint_id: UUID) -> tuple[str, ...]:
        """Those that sign now."""
        with self.work.database.transaction() as session:
            return self.work.endpoint_secrets.open(session, endpoint_id)

    def endpoint(self, endpoint_id: UUID) -> EventEndpoint:
        """The row as it is."""
        with self.work.database.transaction() as session:
            return session.get_one(EventEndpoint, endpoint_id)

    def deliveries(self, endpoint_id: UUID) -> list[EventDeliveryView]:
        """As the API shows them, the newest first."""
        with self.work.database.transaction() as session:
            return list_deliveries(session, endpoint_id, Paging(limit=100)).data

    def statuses(self, endpoint_id: UUID) -> set[str]:
        """In which states they are."""
        with self.work.database.transaction() as session:
            found = select(EventDelivery.state).where(EventDelivery.endpoint_id == endpoint_id)
            return {str(state) for state in session.scalars(found)}

    def events(self) -> Sequence[ProductEvent]:
        """All that happened, in order."""
        with self.work.database.transaction() as session:
            return session.scalars(select(ProductEvent).order_by(ProductEvent.position)).all()

    def mails(self) -> list[EmailFacts]:
        """What the company is written, as the worker of e-mails makes it."""
        staged = select(OutboxEntry).where(OutboxEntry.topic == "endpoint_disabled")
        with self.work.database.transaction() as session:
            return [EMAILS[entry.topic](self.work, session, entry) for entry in session.scalars(staged)]
