"""Under which address people know the portal or the console, and what follows from that."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from starlette.responses import Response

from settings import Settings

# browsers leave out the port that a scheme has anyway
USUAL_PORTS = {"https": 443, "http": 80}
# whether a browser sends the cookie along where a link of another site was followed
SameSite = Literal["lax", "strict"]


@dataclass(frozen=True, slots=True)
class Site:
    """`origin` is what browsers say that a form of ours comes from (RFC 6454)."""

    origin: str
    cookie: str = "cashbeat"

    @property
    def is_https(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.origin.startswith("https:")

    @property
    def cookie_name(self) -> str:
        """One that browsers take from this host alone, over https alone; on this machine itself a plain one."""
        return f"__Host-{self.cookie}" if self.is_https else self.cookie

    def set_cookie(self, answer: Response, value: str, samesite: SameSite) -> None:
        """It has no end of its own: the browser forgets it when it is closed, and we end the session."""
        answer.set_cookie(
            self.cookie_name, value, path="/", secure=self.is_https, httponly=True, samesite=samesite
        )  # fmt: skip

    def forget_cookie(self, answer: Response, samesite: SameSite) -> None:
        """As if there had been none."""
        answer.delete_cookie(self.cookie_name, path="/", secure=self.is_https, httponly=True, samesite=samesite)

    def cookie_for(self, purpose: str) -> str:
        """The name of another cookie of this host's, for something that is no session."""
        return f"{self.cookie_name}-{purpose}"


def site_of(settings: Settings) -> Site:
    """That of the portal."""
    return site_at(settings.portal_public_url, settings.portal_host, settings.portal_port)


def site_at(public_url: str, host: str, port_number: int, cookie: str = "cashbeat") -> Site:
    """Where it is said to be, else where it listens."""
    parts = urlsplit(public_url or f"http://{host}:{port_number}")
    scheme, named = parts.scheme.lower(), parts.hostname or ""
    name = f"[{named}]" if ":" in named else named
    port = "" if parts.port in (None, USUAL_PORTS[scheme]) else f":{parts.port}"
    return Site(f"{scheme}://{name}{port}", cookie)
