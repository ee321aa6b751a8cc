"""What every answer tells the browser: to load, frame, run and remember nothing of it that is not ours."""

from collections.abc import Iterable, Mapping

from portal.site import Site

POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    # browsers hold the redirect after a form to this, too
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
))  # fmt: skip
ALWAYS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # with `no-referrer` browsers say `Origin: null` of our own forms
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex",
}
# In the address of these stands what opens something: it is told to no other page, stylesheet or log. Not
# `no-referrer`, for the same reason.
SECRET_PATHS = ("/enter/", "/sign-in/", "/join/")
OF_SECRETS = {"referrer-policy": "strict-origin"}
OVER_HTTPS = {"strict-transport-security": "max-age=31536000"}
# unless an answer says otherwise: pages are somebody's
UNSAID = (b"cache-control", b"no-store")


class Told:
    """The headers of every answer, encoded once."""

    def __init__(self, site: Site) -> None:
        always = {**ALWAYS, **(OVER_HTTPS if site.is_https else {})}
        self._always = _encoded(always)
        self._of_secrets = _encoded({**always, **OF_SECRETS})

    def at(self, path: str) -> list[tuple[bytes, bytes]]:
        """Those of a path."""
        return self._of_secrets if path.startswith(SECRET_PATHS) else self._always


def completed(own: Iterable[tuple[bytes, bytes]], every: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those of every one; what nobody may keep says so."""
    kept = list(own)
    unsaid = [] if any(name == UNSAID[0] for name, _ in kept) else [UNSAID]
    return [*kept, *every, *unsaid]


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
