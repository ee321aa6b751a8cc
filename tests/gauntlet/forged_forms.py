"""Forged forms, as bytes: what another site, a program or a thief sends to a route of the portal or the console.

Each is a form as our own pages ask for it, sent by somebody who is not them. A seed makes the same ones again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from starlette.routing import Route

from tests.portal.crawling import Form

KEY_FIELD = "operation_key"
EVIL = "https://evil.example"
FORM_TYPE = "application/x-www-form-urlencoded"
OTHER_TYPES = ("text/plain", "application/json", "multipart/form-data; boundary=x", "", "text/plain; application/x")
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "BREW")
OVERRIDES = ("", "", "X-HTTP-Method-Override: POST", "X-Forwarded-Host: evil.example")
# which anybody may send who is nobody yet: of these only those of other sites are forged
OF_NOBODY = ("/sign-in", "/enter/", "/join/", "/second-factor")
# whose forms need no key: pressed twice they do the same
WITHOUT_KEY = (*OF_NOBODY, "/leave", "/parked", "/proof", "/admin/look/end")
Line = tuple[str, ...]


@dataclass(frozen=True)
class Prey:
    """A site, and what an attacker knows of it.

    `cookies` are good ones, `over` those of sessions that have ended, `used` the key of a form that was sent by the
    person of each cookie, and `forms` what pages ask, by its address; `links` let somebody in and were not used.
    """

    origin: str
    cookie_name: str
    routes: Sequence[Route]
    cookies: Sequence[str]
    over: Sequence[str]
    used: Mapping[str, str]
    forms: Mapping[str, Form]
    links: Sequence[str]
    ids: Sequence[str]

    @property
    def host(self) -> str:
        """As a browser says it."""
        return urlsplit(self.origin).netloc


@dataclass(frozen=True)
class Forged:
    """What is sent, as whose trick. It must not be answered as if it had been taken, unless it only looks."""

    trick: str
    request: bytes
    only_looks: bool = False


def forge(dice: Random, prey: Prey) -> Forged:
    """One of them."""
    route = dice.choice(prey.routes)
    return dice.choice(TRICKS)(dice, prey, *_form_for(dice, prey, route))


def _of_another_site(dice: Random, prey: Prey, path: str, fields: dict[str, str]) -> Forged:
    """With a good cookie, as a browser sends it that another page has told to."""
    return Forged("other_site", _request(dice, prey, path, fields, (*_elsewhere(dice, prey), *_cookie(dice, prey))))


def _of_another_host(dice: Random, prey: Prey, path: str, fields: dict[str, str]) -> Forged:
    """The host and where it comes from agree, and neither is us."""
    host = dice.choice(("evil.example", f"evil.{prey.host}", f"{prey.host}.evil.example", "localhost"))
    lines = (f"Origin: http://{host}", f"Referer: {prey.origin}/", *_cookie(dice, prey))
    return Forged("other_host", _request(dice, prey, path, fields, lines, host=host))


def _of_nobody(dice: Random, prey: Prey, path: str, fields: dict[str, str]) -> Forged:
    """From one of our pages, and with no cookie that is worth anything."""
    if path.startswith(OF_NOBODY):
        return _of_another_site(dice, prey, path, fields)
    good = dice.choice(prey.cookies)
    worth = dice.choice(
        (*prey.over, good[:-1], good.swapcase(), good + "x", f'"{good} "', "", "x" * 500, "%00", "\xff")
    )
    name = dice.choice((prey.cookie_name, prey.cookie_name, prey.cookie_name.upper(), f"{prey.cookie_name}-proof"))
    named = good if name != prey.cookie_name else worth
    lines = dice.choice((("Cookie: a=b",), (f"Cookie: {name}={named}",), (f"Authorization: Bearer {good}",)))
    return Forged("nobody", _request(dice, prey, path, fields, (*_ours(dice, prey), *lines)))


def _by_another_method(dice: Random, prey: Prey, path: str, fields: dict[str, str]) -> Forged:
    """With a good cookie, from one of our pages: but no form of ours is sent like this."""
    lines = (*_ours(dice, prey), *_cookie(dice, prey))
    return Forged("other_method", _request(dice, prey, path, fields, lines, method=dice.choice(OTHER_METHODS)))


def _as_a_link(dice: Random, prey: Prey, path: str, fields: dict[str, str]) -> Forged:
    """What a form says, in an address that somebody is made to open: looking changes nothing."""
    method = dice.choice(("GET", "GET", "HEAD"))
    lines = (*_elsewhere(dice, prey), *_cookie(dice, prey))
    asked = f"{path}?{urlencode({**fields, '_method': 'POST'})}"
    return Forged("link", _request(dice, prey, asked, fields, lines, method=method), only_looks=True)


def _of_another_type(dice: Random, prey: Prey, path: str, fields: dict[str, str]) -> Forged:
    """With a good cookie, from one of our pages: but what it holds is no form, or is said to be none."""
    if KEY_FIELD not in fields:
        return _of_another_site(dice, prey, path, fields)
    lines = (*_ours(dice, prey), *_cookie(dice, prey))
    return Forged("other_type", _request(dice, prey, path, fields, lines, content_type=dice.choice(OTHER_TYPES)))


def _with_a_used_key(dice: Random, prey: Prey, path: str, fields: dict[str, str]) -> Forged:
    """With a good cookie, from one of our pages: but by the key of a form that was sent and said something else.

    Of a form about several rows each row has a key of its own, made of it.
    """
    if KEY_FIELD not in fields or "/several/" in path:
        return _of_another_site(dice, prey, path, fields)
    cookie = dice.choice(sorted(prey.used))
    key = dice.choice((prey.used[cookie],) * 3 + ("", "1", "x" * 36, f"{prey.used[cookie]}x"))
    lines = (*_ours(dice, prey), f"Cookie: {prey.cookie_name}={cookie}")
    return Forged("used_key", _request(dice, prey, path, {**fields, KEY_FIELD: key}, lines))


TRICKS: tuple[Callable[[Random, Prey, str, dict[str, str]], Forged], ...] = (
    _of_another_site, _of_another_site, _of_another_site, _of_another_host, _of_nobody, _of_nobody, _by_another_method,
    _as_a_link, _of_another_type, _with_a_used_key,
)  # fmt: skip


def _form_for(dice: Random, prey: Prey, route: Route) -> tuple[str, dict[str, str]]:
    """Where a form of this route is sent, and what it says: as a page asked it, else as an attacker makes it up."""
    asked = [path for path in prey.forms if route.path_regex.match(urlsplit(path).path)]
    if asked:
        path = dice.choice(asked)
        fields = {name: value or dice.choice(("1", "5.00", "x@evil.example", "Evil")) for name, value in
                  prey.forms[path].fields.items()}  # fmt: skip
        return path, fields | ({KEY_FIELD: _new_key(dice)} if KEY_FIELD in fields else {})
    links = [link for link in prey.links if route.path_regex.match(link)]
    made = links or [route.path.replace("{id:uuid}", dice.choice(prey.ids)).replace("{id:str}", "NL")]
    path = dice.choice(made).replace("{token}", "x" * 43).replace("{package}", "value")
    said = {"reason": "Evil", "email": "x@evil.example", "session": "all"}
    return path, said | ({} if path.startswith(WITHOUT_KEY) else {KEY_FIELD: _new_key(dice)})


def _elsewhere(dice: Random, prey: Prey) -> Line:
    """What browsers say of where a form comes from that is not ours, or what is left of it."""
    other_port = f"{prey.origin.rpartition(':')[0]}:1"
    origins = ("null", EVIL, other_port, f"{prey.origin}.evil.example", f"{prey.origin}/", prey.origin.upper(), "")
    site = dice.choice(("cross-site", "same-site", "none", "", "Same-Origin", "same-origin, same-origin", "null"))
    return dice.choice((
        (), (f"Sec-Fetch-Site: {site}",), (f"Origin: {dice.choice(origins)}",), (f"Referer: {prey.origin}/",),
        (f"Sec-Fetch-Site: {site}", f"Origin: {prey.origin}"),
        ("Sec-Fetch-Site: same-origin", f"Origin: {dice.choice(origins)}"),
        ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"),
        (f"Origin: {prey.origin}", f"Origin: {EVIL}"), ("Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"),
    ))  # fmt: skip


def _ours(dice: Random, prey: Prey) -> Line:
    """As a browser says it of a form of our own page."""
    return dice.choice((("Sec-Fetch-Site: same-origin",), (f"Origin: {prey.origin}",)))


def _cookie(dice: Random, prey: Prey) -> Line:
    return (f"Cookie: {prey.cookie_name}={dice.choice(prey.cookies)}",)


def _request(
    dice: Random, prey: Prey, path: str, fields: Mapping[str, str], lines: Line, *, method: str = "POST",
    host: str = "", content_type: str = FORM_TYPE,
) -> bytes:  # fmt: skip
    body = b"" if method in {"GET", "HEAD"} else _body(fields, content_type)
    head = [
        f"{method} {quote(path, safe='/?&=%-_.~')} HTTP/1.1", f"Host: {host or prey.host}", "Connection: close",
        *lines, *filter(None, [dice.choice(OVERRIDES)]), f"Content-Length: {len(body)}",
        *([f"Content-Type: {content_type}"] if content_type else []),
    ]  # fmt: skip
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def _body(fields: Mapping[str, str], content_type: str) -> bytes:
    """By what it is said to be; what is said to be a text is a form all the same."""
    if content_type.startswith("application/json"):
        return json.dumps(dict(fields)).encode()
    if content_type.startswith("multipart/"):
        parts = "".join(f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items())
        return f"{parts}--x--\r\n".encode()
    return urlencode(fields).encode()


def _new_key(dice: Random) -> str:
    return str(UUID(int=dice.getrandbits(128), version=4))
