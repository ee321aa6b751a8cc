"""Hostile requests, as bytes: every route, with heads, bodies and signatures that no honest client sends."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import quote_from_bytes
from uuid import UUID

from gateways.stripe.signatures import sign

SOME_ID = "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"
# what the forgeries are told by, should one of them become a row
FORGED_EVENT, FORGED_KEY = "evt_forged", "forged-"
FORGED_EVENTS = (FORGED_EVENT, f"WH-{FORGED_EVENT.replace('_', '-')}")
WEBHOOKS = "/webhooks/"
AGE_TOO_GREAT_SECONDS = 301
HUGE_BYTES = 600 * 1024
DEEP = 20_000

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "BREW", "P\x00ST")
TEXTS: tuple[Any, ...] = (
    *("", " ", "\x00", "a\x00b", "\ud800", "\u202e", "\u200b", "\ufeff", "x" * 5_000, "%s%n", "'; DROP TABLE inbox --"),
    *(
        "../../etc/passwd",
        "<script>",
        "ZZ",
        "QX",
        "USD",
        "9999-12-31T23:59:59-14:00",
        "0000-00-00",
        "2026-02-30",
        "now",
    ),
    *(
        "https://",
        "http:///x",
        "javascript:alert(1)",
        "https://a@b:99999/",
        "a@-x.com",
        "a..b@x.com",
        "@",
        "NaN",
        "١٢٣",
    ),
)
NUMBERS: tuple[Any, ...] = (0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 1.5, -0.0, 1e308, float("nan"), float("inf"))
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": {}}, [None] * 50)
RAW_BODIES: tuple[bytes, ...] = (
    *(
        b"",
        b"null",
        b"[]",
        b"5",
        b'"x"',
        b"{",
        b"{}",
        b"{}{}",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"\x00",
        b"NaN",
    ),
    *(b'{"a": 1, "a": 2}', b'{"a": "\\ud800"}', b'{"a": 1e999}', b'{"a": ' + b"9" * 5_000 + b"}", b"{'a': 1}"),
    b"[" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
    b"a=1&b=2",
    b"{" + b" " * HUGE_BYTES + b"}",
)
HEADERS: tuple[bytes, ...] = (
    *(b"Host: other", b"Host:", b"Expect: 100-continue", b"Expect: 200-ok", b"Upgrade: websocket", b"Upgrade: h2c"),
    *(b"Connection: upgrade", b"Content-Encoding: gzip", b"Content-Type: \xff", b"Accept: \x01", b"X-\xff: 1"),
    *(b"X: " + b"x" * 9_000, b"X-Forwarded-For: 127.0.0.1", b"X-Request-Id: \r\n evil", b" folded: 1", b"Cookie: a=b"),
    *(b"Content-Length: 5", b"Content-Length: -5", b"Content-Length: 99999999999999999999", b"Content-Length: 0x10"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding : chunked"),
    *(b"Transfer-Encoding: xchunked", b"Prefer: wait=99999999999", b"Prefer: wait=-1,wait=x", b"Range: bytes=0-"),
    *(b"Idempotency-Key: \xff", b"Idempotency-Key: ", b"If-None-Match: *", b"Authorization: Bearer"),
)
ENDS: tuple[bytes, ...] = (b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n\r\n")


# what routes take, by how they end, and fields that are as they should be (another is the attacker's account)
PAGES = ("success_url", "cancel_url")
TAKEN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/v1/accounts/", ("name", "owner", "billing_email", "billing_address")),
    ("/subscriptions/", ("account_id", "plan")),
    ("/create/", ("account_id", "plan")),
    ("/credit-checkout/", ("account_id", "package", *PAGES)),
    ("/subscription-checkout/", ("account_id", "plan", *PAGES)),
    ("/card-setup/", ("account_id", *PAGES)),
    ("/portal/", ("account_id", "return_url")),
    ("/checkout/", ("account_id", "plan", *PAGES)),
    ("/billing-portal/", ("account_id", "return_url")),
    ("/payment-methods/", ("account_id", "card_ref")),
    ("/add/", ("account_id", "card_ref")),
    ("/payment-methods/order/", ("account_id", "card_ids")),
    ("/remove/", ("allow_last",)),
    ("/consume/", ("account_id", "amount")),
    ("/purchase/", ("account_id", "package", *PAGES)),
    ("/balance-watch/", ("account_id", "warn_below")),
    ("/auto-top-up/", ("account_id", "package", "top_up_below", "monthly_max")),
    ("/end/", ("account_id",)),
    ("/change-plan/", ("plan",)),
    ("/upgrade/", ("plan",)),
    ("/services/", ("service",)),
    ("/services/preview/", ("service",)),
    ("/downgrade/", ("plan",)),
    ("/preview/", ("subscription_id", "plan")),
    ("/pause/", ("resumes_at",)),
    ("/pay/", PAGES),
    ("/refund/", ("amount_minor", "reason", "used_credits", "note")),
    ("/credit/", ("amount_minor", "reason", "used_credits", "note")),
    ("/team/invite/", ("account_id", "email", "role")),
    ("/mails/welcome/", ("to", "secret_link")),
    ("/test-clocks/", ("name", "frozen_at")),
    ("/advance/", ("frozen_at",)),
)


def _fields() -> dict[str, Any]:
    """Made anew for each request: it is spoilt afterwards."""
    return {
        "name": "Ada", "owner": "user-1", "billing_email": "ada@ada.example", "billing_address": {"country": "US"},
        "plan": {"plan": "starter"}, "package": "value", "amount": 5, "warn_below": 5, "top_up_below": 5,
        "monthly_max": 3, "subscription_id": SOME_ID, "amount_minor": 5, "reason": "duplicate",
        "used_credits": "forgive", "note": "Sorry.", "service": "setup-app",
        "success_url": "https://app.example/ok", "cancel_url": "https://app.example/no", "card_ref": "pm_card_visa",
        "email": "bea@ada.example", "role": "viewer", "to": "bea@ada.example",
        "secret_link": "https://app.example/begin",
        "card_ids": [SOME_ID], "allow_last": True,
        "return_url": "https://app.example/", "resumes_at": "2027-01-01T00:00:00Z", "frozen_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip


ODD_VALUES = (
    "",
    " ",
    "\x00",
    "x" * 600,
    "é",
    "2026-02-30T00:00:00Z",
    "1999-01-01T00:00:00Z",
    "a|b",
    "=" * 344,
    "SHA1withRSA",
)


@dataclass(frozen=True)
class Target:
    """What there is to attack, and what an attacker who is also a customer knows.

    `certificate_base` is where the certificates of a vendor lie who signs with such, and `transmission` the headers of
    one genuine delivery of its, which somebody has read.
    """

    routes: Sequence[str]
    api_key: str
    account_id: str
    webhook_secret: str
    certificate_base: str = "https://api.sandbox.paypal.com"
    transmission: Mapping[str, str] = field(default_factory=dict)


def hostile(dice: Random, number: int, target: Target) -> bytes:
    """One request, or what looks like one."""
    path = dice.choice(target.routes)
    if WEBHOOKS in path and dice.random() < 0.9:
        return _forged(dice, number, path, target)
    method = dice.choice(METHODS) if dice.random() < 0.2 else dice.choice(("GET", "POST"))
    head = [
        f"{method} {_address(dice, path)} HTTP/1.1".encode("latin-1", "replace"),
        b"Host: door",
        *_who(dice, number, target),
    ]
    return _sent(dice, head, _body(dice, path, target.account_id) if method != "GET" else b"")


def _forged(dice: Random, number: int, path: str, target: Target) -> bytes:
    """An event that nobody signed, as each vendor's door might take it for one that somebody did."""
    headers, body = FORGERS[path.rstrip("/").rpartition("/")[2]](dice, number, target)
    head = [f"POST {path} HTTP/1.1".encode(), b"Host: door", *headers]
    if dice.random() < 0.1:
        head.append(head[-1])
    return _sent(dice, head, body)


def _forged_by_hmac(dice: Random, number: int, target: Target) -> tuple[list[bytes], bytes]:
    """An old one, one of the future, another's, or with parts that do not fit."""
    secret = target.webhook_secret
    told = {"type": "invoice.paid", "data": {"object": {"id": "in_1"}}}
    body, now = json.dumps({"id": f"{FORGED_EVENT}{number}", "object": "event", **told}).encode(), int(time.time())
    genuine, another = sign(body, secret, now), sign(body, "whsec_somebody_elses", now)
    old, early = (sign(body, secret, now + direction * AGE_TOO_GREAT_SECONDS) for direction in (-1, 1))
    signature = dice.choice(
        (
            *(another, old, early, sign(body + b" ", secret, now), genuine.upper(), "", "v1=", "t=,v1=", "\x00"),
            *(genuine.replace("v1=", "v0="), genuine.replace(f"t={now}", "t=x"), f"t={now},{genuine}", f"t={now}"),
            *(f"{another},{another.partition(',')[2]}", ",".join([another] * 30), "x" * 5_000),
            *(f"t={time_said},v1={'a' * 64}" for time_said in (now, -now, f"{now}.0", 10**30)),
        )
    )
    return [f"Stripe-Signature: {signature}".encode()], body


def _forged_by_certificate(dice: Random, number: int, target: Target) -> tuple[list[bytes], bytes]:
    """With headers that fit, each on its own, and that nobody signed; or with one that does not fit."""
    told = {"resource_type": "capture", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "5O190127TN3647"}}
    named = {"id": f"{FORGED_EVENTS[1]}{number}", "create_time": "2026-11-30T02:00:00Z"}
    body = dice.choice((json.dumps(named | told).encode(),) * 9 + RAW_BODIES)
    headers = dict(target.transmission) or _transmission(dice, target.certificate_base)
    if dice.random() < 0.5:
        headers[dice.choice(sorted(headers))] = dice.choice(ODD_VALUES)
    if dice.random() < 0.3:
        headers["PAYPAL-CERT-URL"] = _place(dice, target.certificate_base)
    lines = [f"{name}: {value}".encode("latin-1", "replace") for name, value in headers.items()]
    dice.shuffle(lines)
    return lines[: dice.choice((5, 5, 5, 4))], body


def _forged_by_message(dice: Random, number: int, target: Target) -> tuple[list[bytes], bytes]:
    """With an id and a time that fit and a signature that nobody made; or with one that does not fit."""
    told = {"type": "email.bounced", "data": {"email_id": f"{FORGED_EVENT}{number}", "to": ["ada@example.com"]}}
    body, now = json.dumps(told).encode(), int(time.time())
    made = b64encode(dice.randbytes(32)).decode()
    signature = dice.choice((f"v1,{made}", f"v1,{made} v1,{made}", f"v2,{made}", made, "", "v1,", "v1,=" * 40))
    age = dice.choice((0, 0, 0, -AGE_TOO_GREAT_SECONDS, AGE_TOO_GREAT_SECONDS))
    headers = {"svix-id": f"{FORGED_EVENT}{number}", "svix-timestamp": f"{now + age}", "svix-signature": signature}
    if dice.random() < 0.3:
        headers[dice.choice(sorted(headers))] = dice.choice(ODD_VALUES)
    return [f"{name}: {value}".encode("latin-1", "replace") for name, value in headers.items()], body


def _transmission(dice: Random, base: str) -> dict[str, str]:
    return {
        "PAYPAL-TRANSMISSION-ID": str(UUID(int=dice.getrandbits(128))),
        "PAYPAL-TRANSMISSION-TIME": f"{datetime.fromtimestamp(time.time(), UTC):%Y-%m-%dT%H:%M:%SZ}",
        "PAYPAL-TRANSMISSION-SIG": b64encode(dice.randbytes(256)).decode(),
        "PAYPAL-CERT-URL": f"{base}/v1/notifications/certs/CERT-{dice.getrandbits(64):x}",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
    }


def _place(dice: Random, base: str) -> str:
    """One where certificates lie, or somebody else's that looks like it."""
    path = f"/v1/notifications/certs/CERT-{dice.getrandbits(64):x}"
    host = base.partition("://")[2]
    others = (f"https://{host}.evil.example", f"https://{host}@evil.example", f"ftp://{host}", f"{base}/..", "//evil")
    return dice.choice((base,) * 5 + others) + dice.choice((path,) * 5 + (path + "?x", path + "#", path + "/", "/x"))


def _who(dice: Random, number: int, target: Target) -> list[bytes]:
    """A customer with a key, or somebody without one, whose commands must not be stored."""
    if dice.random() < 0.7:
        return [f"Authorization: Bearer {target.api_key}".encode(), f"Idempotency-Key: known-{number}".encode()]
    key = dice.choice(("", target.api_key[:-1], target.api_key + "x", "cb_" + "x" * 40, "\x00", "x" * 500))
    return [f"Authorization: Bearer {key}".encode(), f"Idempotency-Key: {FORGED_KEY}{number}".encode()]


def _address(dice: Random, path: str) -> str:
    """The path with an id that nobody knows, or that is none, and a query."""
    some_id = dice.choice((SOME_ID, "x", "..", "%00", "%ff", "00000000-0000-0000-0000-000000000000"))
    found = path.replace("{id:uuid}", some_id)
    if dice.random() < 0.3:
        found = dice.choice(
            (
                found.rstrip("/"),
                found + "//",
                found.upper(),
                "/" + found,
                found + "%2e%2e/",
                found + "?",
                "*",
                "//",
                found + "\xff",
            )
        )
    names = ("account_id", "limit", "cursor", "status", "kind", "before", "x", "%00", "needs_a_look")
    query = [f"{dice.choice(names)}={_quoted(dice)}" for _ in range(dice.randrange(4))]
    return found + ("?" + "&".join(query) if query else "")


def _quoted(dice: Random) -> str:
    value = dice.choice((*TEXTS, *map(str, NUMBERS)))
    return dice.choice(("%ff%fe", "%", "%00", "%zz", quote_from_bytes(str(value).encode("utf-8", "surrogatepass"))))


def _body(dice: Random, path: str, account_id: str) -> bytes:
    if dice.random() < 0.2:
        return dice.choice(RAW_BODIES)
    known = _fields()
    command = {field: known.get(field, account_id) for end, fields in TAKEN if path.endswith(end) for field in fields}
    for _ in range(dice.choice((0, 1, 1, 2, 5))):
        where = dice.choice((command, *(inner for inner in command.values() if isinstance(inner, dict))))
        where[dice.choice((*where, "x"))] = _value(dice)
    return json.dumps(command).encode()


def _value(dice: Random) -> Any:
    return deepcopy(dice.choice(dice.choice((TEXTS, NUMBERS, OTHERS))))


def _sent(dice: Random, head: list[bytes], body: bytes) -> bytes:
    """Head and body put together, mostly as HTTP wants it."""
    return dice.choice((*(_plainly,) * 6, _in_chunks, _smuggled, _cut, _with_odd_headers))(dice, head, body)


def _plainly(_: Random, head: list[bytes], body: bytes) -> bytes:
    return b"\r\n".join([*head, b"Connection: close", b"Content-Length: %d" % len(body), b"", body])


def _in_chunks(dice: Random, head: list[bytes], body: bytes) -> bytes:
    size = dice.choice(
        (b"%x" % len(body), b"%x" % len(body), b"%x;" % len(body) + b"x" * 100, b"-1", b"ffffffffffffffff", b"zz")
    )
    chunks = size + b"\r\n" + body + b"\r\n0\r\n" + dice.choice((b"\r\n", b"Trailer: x\r\n\r\n"))
    return b"\r\n".join([*head, b"Connection: close", b"Transfer-Encoding: chunked", b"", chunks])


def _smuggled(dice: Random, head: list[bytes], body: bytes) -> bytes:
    """Two lengths, and a second request inside: whoever believes the wrong one hears it."""
    hidden = f"POST /v1/accounts/ HTTP/1.1\r\nHost: x\r\nIdempotency-Key: {FORGED_KEY}\r\nContent-Length: 2\r\n\r\n{{}}"
    lengths = [b"Content-Length: %d" % len(body), b"Content-Length: 4", b"Transfer-Encoding: chunked"]
    dice.shuffle(lengths)
    return b"\r\n".join([*head, *lengths[:2], b"", b"0\r\n\r\n" + hidden.encode() + body])


def _cut(dice: Random, head: list[bytes], body: bytes) -> bytes:
    whole = _plainly(dice, head, body)
    return whole[: dice.randrange(1, len(whole))]


def _with_odd_headers(dice: Random, head: list[bytes], body: bytes) -> bytes:
    odd = [dice.choice(HEADERS) for _ in range(dice.randrange(1, 4))]
    return dice.choice(ENDS).join([*head, *odd, b"Connection: close", b"Content-Length: %d" % len(body), b"", body])


FORGERS: Mapping[str, Callable[[Random, int, Target], tuple[list[bytes], bytes]]] = {
    "stripe": _forged_by_hmac,
    "paypal": _forged_by_certificate,
    "resend": _forged_by_message,
}
