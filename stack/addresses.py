"""Where everything of one running stack listens, and the environment that tells its processes so."""

from dataclasses import dataclass
from pathlib import Path

from database.roles import DatabaseUrls
from sandbox import trial
from settings import Settings
from stack.errors import StackError
from stack.kept_ports import KeptPorts
from stack.ports import LOOPBACK, is_free, reached_at

ANY_PORT = 0
WEBHOOK_PATH = "/v1/billing/webhooks/{}/"
# below the home of this installation: the sandbox's own
SANDBOX_HOME = "sandbox"


@dataclass(frozen=True, slots=True)
class Addresses:
    """URLs of the stores and ports of the rest. `sandbox_port` is none when real gateways are used."""

    urls: DatabaseUrls
    broker_url: str
    ingress_host: str
    ingress_port: int
    flower_port: int
    sandbox_port: int | None
    portal_port: int = 8100
    portal_host: str = LOOPBACK
    console_port: int = 8110
    console_host: str = LOOPBACK

    @property
    def database_url(self) -> str:
        """The database, as its owner and operators enter it."""
        return self.urls.owner

    @property
    def ingress_url(self) -> str:
        """Where the API answers, without a slash at the end."""
        return _plain_url(self.ingress_host, self.ingress_port)

    @property
    def portal_url(self) -> str:
        """Where the portal answers, without a slash at the end."""
        return _plain_url(self.portal_host, self.portal_port)

    @property
    def console_url(self) -> str:
        """Where the console answers, without a slash at the end."""
        return _plain_url(self.console_host, self.console_port)

    @property
    def flower_url(self) -> str:
        """Where Flower shows the workers."""
        return f"http://{LOOPBACK}:{self.flower_port}"

    @property
    def sandbox_url(self) -> str:
        """Where the stand-in gateways answer; empty when real ones are used."""
        return f"http://{LOOPBACK}:{self.sandbox_port}" if self.sandbox_port else ""

    def webhook_url(self, gateway: str) -> str:
        """Where this gateway's events are to be sent."""
        return f"{self.ingress_url}{WEBHOOK_PATH.format(gateway)}"


def choose(
    settings: Settings, urls: DatabaseUrls, broker_url: str, ports: KeptPorts, *, has_sandbox: bool
) -> Addresses:
    """Pick the ports. Raises StackError when one that was set by name is taken, or the host is another machine's."""
    for name in ("ingress_host", "portal_host", "console_host"):
        if not is_free(ANY_PORT, getattr(settings, name)):
            raise StackError(f"{name.upper()} {getattr(settings, name)} is no address of this machine")

    def port(name: str, host: str = LOOPBACK) -> int:
        return ports.choose(name.upper(), getattr(settings, name), host=host, is_set=name in settings.model_fields_set)

    return Addresses(
        urls=urls,
        broker_url=broker_url,
        ingress_host=settings.ingress_host,
        ingress_port=port("ingress_port", settings.ingress_host),
        flower_port=port("flower_port"),
        portal_host=settings.portal_host,
        portal_port=port("portal_port", settings.portal_host),
        console_host=settings.console_host,
        console_port=port("console_port", settings.console_host),
        sandbox_port=port("sandbox_port") if has_sandbox else None,
    )


def environment(settings: Settings, addresses: Addresses, master_keys: str) -> dict[str, str]:
    """All that processes of this stack are told, each its part, and that commands look up to talk to it."""
    shared = {
        "CASHBEAT_HOME": str(settings.cashbeat_home.absolute()),
        "CASHBEAT_ENV": "production" if settings.is_production else settings.cashbeat_env,
        "CASHBEAT_MASTER_KEYS": master_keys,
        "DATABASE_URL": addresses.urls.owner,
        "INGRESS_DATABASE_URL": addresses.urls.ingress,
        "WORKER_DATABASE_URL": addresses.urls.worker,
        "PORTAL_DATABASE_URL": addresses.urls.portal,
        "CONSOLE_DATABASE_URL": addresses.urls.console,
        "BROKER_URL": addresses.broker_url,
        "INGRESS_HOST": addresses.ingress_host,
        "INGRESS_PORT": str(addresses.ingress_port),
        "FLOWER_PORT": str(addresses.flower_port),
        "PORTAL_HOST": addresses.portal_host,
        "PORTAL_PORT": str(addresses.portal_port),
        "PORTAL_PUBLIC_URL": settings.portal_public_url or addresses.portal_url,
        "CONSOLE_HOST": addresses.console_host,
        "CONSOLE_PORT": str(addresses.console_port),
        "CONSOLE_PUBLIC_URL": settings.console_public_url or addresses.console_url,
        "FLOWER_PUBLIC_URL": settings.flower_public_url or addresses.flower_url,
        # beside the sandbox the customer sits at this machine
        "PUBLIC_URL": settings.public_url or (addresses.ingress_url if addresses.sandbox_port else ""),
        # and the product of the documentation is where links of mails lead
        "MAIL_LINK_HOSTS": ",".join(settings.mail_link_hosts) or _of_docs(addresses),
        "PORTAL_RETURN_HOSTS": ",".join(settings.portal_return_hosts) or _of_docs(addresses),
    }
    return shared | (_sandbox_environment(settings, addresses) if addresses.sandbox_port else {})


def _of_docs(addresses: Addresses) -> str:
    return "app.example" if addresses.sandbox_port else ""


def _plain_url(host: str, port: int) -> str:
    reached = reached_at(host)
    return f"http://{f'[{reached}]' if ':' in reached else reached}:{port}"


def sandbox_home(settings: Settings) -> Path:
    """Where the sandbox keeps what it knows."""
    return settings.cashbeat_home.absolute() / SANDBOX_HOME


def _sandbox_environment(settings: Settings, addresses: Addresses) -> dict[str, str]:
    told = trial.environment(addresses.sandbox_url, sandbox_home(settings))
    return {"SANDBOX_PORT": str(addresses.sandbox_port), **told}
