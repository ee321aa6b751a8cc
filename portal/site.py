"""Under which address customers know the portal, and what follows from that."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from settings import Settings

# browsers leave out the port that a scheme has anyway
USUAL_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Site:
    """`origin` is what browsers say that a form of ours comes from (RFC 6454)."""

    origin: str

    @property
    def is_https(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.origin.startswith("https:")

    @property
    def cookie_name(self) -> str:
        """One that browsers take from this host alone, over https alone; on this machine itself a plain one."""
        return "__Host-cashbeat" if self.is_https else "cashbeat"


def site_of(settings: Settings) -> Site:
    """Where the settings say it is, else where it listens."""
    parts = urlsplit(settings.portal_public_url or f"http://{settings.portal_host}:{settings.portal_port}")
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, USUAL_PORTS[scheme]) else f":{parts.port}"
    return Site(f"{scheme}://{name}{port}")
