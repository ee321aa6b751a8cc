"""What a worker process works with. Built after the fork, never before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from celery import Celery

from billing.clocks.wall import Wall
from billing.errors import NeverConnected, Rejected
from credentials.master_keys import parse
from database.engine import Database, make_engine
from database.lineage import refuse_restored
from documents.logo import read_logo
from gateways.gateway import Capability, Gateway
from gateways.ports import EmailGateway
from gateways.registry import EmailWhenAsked, MailReader, OpenedWhenAsked, limits_of_vendors, mail_reader
from schemas.documents import PartyFacts
from settings import Settings
from workers.endpoint_secrets import EndpointSecrets
from workers.producer import Bell
from workers.providers import Providers


def utc_now() -> datetime:
    """The wall clock, aware and in UTC. Only doors read it."""
    return datetime.now(UTC)


def read_wall() -> Wall:
    """The same, as what it is: nobody's time but the wall clock's."""
    return Wall(utc_now())


@dataclass(frozen=True)
class Work:
    """One process's database, bell, gateways and seller.

    `wall` is read at the door and passed down; `clock` is this machine's, looked at to see whether it is right.
    """

    database: Database
    bell: Bell
    gateways: Mapping[str, Gateway]
    open_email: Callable[[], EmailGateway]
    seller: PartyFacts
    payment_instructions: str
    portal_url: str = ""
    public_url: str = ""
    invitation_url: str = ""
    portal_public_url: str = ""
    link_hosts: tuple[str, ...] = ()
    mail_reader: MailReader = field(default_factory=mail_reader)
    # without a master key nothing is sealed, and nothing opens
    endpoint_secrets: EndpointSecrets = field(default_factory=lambda: EndpointSecrets(parse("")))
    is_production: bool = False
    wall: Callable[[], Wall] = read_wall
    clock: Callable[[], datetime] = utc_now

    def gateway(self, name: str) -> Gateway:
        """The gateway that a row or a command names; raises Rejected `gateway_unknown`."""
        if name not in self.gateways:
            detail = f"There is no payment gateway {name!r}; there are {', '.join(self.gateways)}."
            raise Rejected("gateway_unknown", detail, status=404)
        return self.gateways[name]

    def choose(self, capability: Capability, wanted: str | None = None) -> Gateway:
        """The gateway that is wanted, else the first that can do it; raises Rejected `gateway_unknown`.

        Whether the one that is wanted can do it shows when it is asked: Rejected `gateway_cannot`. NotConnected where
        none can but one that is not connected might, and where one is disabled: what was meant for it waits for it.
        """
        if wanted is not None:
            return self.gateway(wanted)
        unknown = Rejected("gateway_unknown", f"No payment gateway can {capability.value}.", status=404)
        missing: list[NeverConnected] = []
        for name in self.gateways:
            try:
                gateway = self.gateways[name]
            except NeverConnected as error:
                missing.append(error)
            else:
                if gateway.can(capability):
                    return gateway
        raise missing[0] if missing else unknown

    @property
    def email(self) -> EmailGateway:
        """Opened by the first e-mail: who sends none needs no key for it."""
        return self.open_email()

    @property
    def method_names(self) -> Mapping[str, str]:
        """What documents call the ways of paying, by gateway."""
        return {name: limits.method_name for name, limits in limits_of_vendors().items()}


def wire(settings: Settings, app: Celery, database: Database | None = None) -> Work:
    """Build everything a worker process needs from its settings; `database` is for who enters it by another way."""
    database = database or Database(refuse_restored(make_engine(settings.worker_database_url)))
    keys = parse(settings.cashbeat_master_keys.get_secret_value())
    providers = Providers(database, keys, settings.of_vendor, is_production=settings.is_production)
    return Work(
        database=database,
        bell=Bell(app),
        gateways=OpenedWhenAsked(providers.of_vendor),
        open_email=EmailWhenAsked(providers.of_vendor),
        seller=seller_of(settings),
        payment_instructions=settings.payment_instructions,
        endpoint_secrets=EndpointSecrets(keys),
        is_production=settings.is_production,
        portal_url=settings.portal_url,
        public_url=settings.public_url,
        invitation_url=settings.team_invitation_url,
        portal_public_url=settings.portal_public_url,
        link_hosts=settings.mail_link_hosts,
    )


def seller_of(settings: Settings) -> PartyFacts:
    """The company that sells, as printed on documents."""
    return PartyFacts(
        name=settings.seller_name,
        address_lines=tuple(settings.seller_address.splitlines()),
        tax_id=settings.seller_tax_id,
        email=settings.seller_email,
        website=settings.seller_website,
        logo=read_logo(settings.seller_logo) if settings.seller_logo else None,
    )
