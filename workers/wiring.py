"""What a worker process works with. The only place that builds gateways; built after the fork, never before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from celery import Celery

from billing.errors import Rejected
from database.engine import Database, make_engine
from database.roles import WORKER
from gateways.ports import CardGateway, EmailGateway, PaymentGateway, SubscriptionGateway
from gateways.resend.client import ResendGateway
from gateways.stripe.client import StripeGateway
from gateways.stripe.events import Envelope, read_envelope
from gateways.stripe.translate import HANDLED_TYPES, translate
from schemas.documents import PartyFacts
from schemas.facts import EventFact
from settings import SANDBOX_STRIPE_KEY, Settings
from workers.producer import Bell

# What Stripe allows an account per second; in test mode a quarter of it. https://docs.stripe.com/rate-limits
LIVE_CALLS_PER_SECOND = 100.0
TEST_CALLS_PER_SECOND = 25.0


def utc_now() -> datetime:
    """The wall clock, aware and in UTC. Only doors read it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class PaymentRoom:
    """One vendor's room seen from outside: its calls, its translator, and the event types it translates.

    `calls_per_second` is what all workers together may ask of it; see `billing.payments.pace`.
    """

    gateway: PaymentGateway
    cards: CardGateway
    subscriptions: SubscriptionGateway
    read_envelope: Callable[[bytes], Envelope]
    translate: Callable[[bytes], EventFact]
    event_types: tuple[str, ...]
    calls_per_second: float
    is_test_mode: bool


@dataclass(frozen=True)
class Work:
    """One process's database, bell, gateways and seller. `now` is read at the door and passed down."""

    database: Database
    bell: Bell
    payments: dict[str, PaymentRoom]
    email: EmailGateway
    seller: PartyFacts
    payment_instructions: str
    portal_url: str = ""
    now: Callable[[], datetime] = utc_now

    def room(self, name: str) -> PaymentRoom:
        """The room of a payment gateway; raises Rejected `gateway_unknown`."""
        if name not in self.payments:
            raise Rejected("gateway_unknown", f"There is no payment gateway {name!r}.", status=404)
        return self.payments[name]


def wire(settings: Settings, app: Celery) -> Work:
    """Build everything a worker process needs from its settings."""
    return Work(
        database=Database(make_engine(settings.database_url, WORKER)),
        bell=Bell(app),
        payments={"stripe": _stripe(settings)},
        email=ResendGateway(settings.resend_api_key.get_secret_value(), settings.resend_api_base or None),
        seller=seller_of(settings),
        payment_instructions=settings.payment_instructions,
        portal_url=settings.portal_url,
    )


def seller_of(settings: Settings) -> PartyFacts:
    """The company that sells, as printed on documents."""
    return PartyFacts(
        name=settings.seller_name,
        address_lines=tuple(settings.seller_address.splitlines()),
        tax_id=settings.seller_tax_id,
        email=settings.seller_email,
        website=settings.seller_website,
    )


def _stripe(settings: Settings) -> PaymentRoom:
    gateway = StripeGateway(settings.stripe_secret_key.get_secret_value(), settings.stripe_api_base or None)
    return PaymentRoom(
        gateway=gateway,
        cards=gateway,
        subscriptions=gateway,
        read_envelope=read_envelope,
        translate=translate,
        event_types=tuple(HANDLED_TYPES),
        calls_per_second=stripe_calls_per_second(settings),
        is_test_mode=settings.is_test_mode,
    )


def stripe_calls_per_second(settings: Settings) -> float:
    """The rate that is set, or else the one that goes with the key: the sandbox is as fast as a live account."""
    key = settings.stripe_secret_key.get_secret_value()
    is_slow = settings.is_test_mode and key not in ("", SANDBOX_STRIPE_KEY)
    return settings.stripe_calls_per_second or (TEST_CALLS_PER_SECOND if is_slow else LIVE_CALLS_PER_SECOND)
