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
    """`origin` is what browsers say that a form of ours comes from (RFC 6454); `cookies_go` where ours are sent."""

    origin: str
    cookie: str = "cashbeat"
    cookies_go: SameSite = "lax"

    @property
    def is_https(self) -> bool:
        """Whether nobody on the way can read along."""
        return self.origin.startswith("https:")

    @property
    def cookie_name(self) -> str:
        """One that browsers take from this host alone, over https alone; on this machine itself a plain one."""
        return f"__Host-{self.cookie}" if self.is_https else self.cookie

    def set_cookie(self, answer: Response, value: str) -> None:
        """That of a session. It has no end of its own: the browser forgets it when it is closed, and we end it."""
        self.give(answer, self.cookie_name, value)

    def forget_cookie(self, answer: Response) -> None:
        """As if there had been none."""
        self.take(answer, self.cookie_name)

    def give(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Let the browser keep a cookie, for so long if that is said; no script of a page reads it."""
        answer.set_cookie(
            name, value, seconds, path="/", secure=self.is_https, httponly=True, samesite=self.cookies_go
        )  # fmt: skip

    def take(self, answer: Response, name: str) -> None:
        """Let the browser forget it."""
        answer.delete_cookie(name, path="/", secure=self.is_https, httponly=True, samesite=self.cookies_go)

    def cookie_for(self, purpose: str) -> str:
        """The name of another cookie of this host's, for something that is no session."""
        return f"{self.cookie_name}-{purpose}"


def site_of(settings: Settings) -> Site:
    """That of the portal."""
    return site_at(settings.portal_public_url, settings.portal_host, settings.portal_port)


def site_at(public_url: str, host: str, port_number: int) -> Site:
    """Where it is said to be, else where it listens."""
    parts = urlsplit(public_url or f"http://{host}:{port_number}")
    scheme, named = parts.scheme.lower(), parts.hostname or ""
    name = f"[{named}]" if ":" in named else named
    port = "" if parts.port in (None, USUAL_PORTS[scheme]) else f":{parts.port}"
    return Site(f"{scheme}://{name}{port}")
