"""Resend's signatures, compared with those of the Standard Webhooks package, which signs in the same way."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from gateways.envelope import EventRefused, SignatureRefused
from gateways.resend.door import ResendSignature
from gateways.resend.signatures import SIGNATURES_MAX, TOLERANCE_SECONDS, Verifier, key_of, look_at, sign
from gateways.resend.translate import HANDLED_TYPES, translate
from sandbox.resend.sender import sign as sign_in_sandbox
from schemas.facts.mails import MailNews

SECRET, OLD_SECRET = "whsec_b3VyIHNlY3JldA==", "whsec_dGhlIG9uZSBiZWZvcmU="
NOW = 1_790_000_000
BODY = (
    b'{"type": "email.bounced", "created_at": "2026-09-21T13:46:40.126Z", "data": {"email_id": "56761188", '
    b'"to": ["Ada <Ada@Ada.example>"], "bounce": {"type": "Permanent", "message": "No such user\\u0007here"}}}'
)
Sent = list[tuple[bytes, bytes]]


def sent(body: bytes = BODY, secret: str = SECRET, at: int = NOW, name: str = "msg_1") -> Sent:
    """The headers of a genuine delivery."""
    return [
        (b"svix-id", name.encode()),
        (b"svix-timestamp", str(at).encode()),
        (b"svix-signature", sign(name, at, body, [secret]).encode()),
    ]


@given(body=st.text(max_size=200), name=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True))
def test_we_sign_as_the_package_does(body: str, name: str) -> None:
    theirs = Webhook(SECRET).sign(name, datetime.fromtimestamp(NOW, UTC), body)
    assert sign(name, NOW, body.encode(), [SECRET]) == theirs
    assert sign_in_sandbox(f"{name}.{NOW}.{body}".encode(), [SECRET]) == theirs
    Verifier([OLD_SECRET, SECRET]).verify(body.encode(), sent(body.encode(), name=name), NOW)


def test_an_event_is_named_by_its_delivery() -> None:
    found = ResendSignature([SECRET]).read(BODY, sent(), NOW)
    assert (found.event_id, found.event_type) == ("msg_1", "email.bounced")
    assert found.created == datetime(2026, 9, 21, 13, 46, 40, 126_000, UTC)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        sent(secret=OLD_SECRET),
        sent(at=NOW - TOLERANCE_SECONDS - 1),
        sent(at=NOW + TOLERANCE_SECONDS + 1),
        sent(body=BODY + b" "),
        [*sent(), (b"svix-id", b"msg_1")],
        [*sent(), (b"svix-signature", b"v1,x")],
        [(name, value if name != b"svix-timestamp" else b"1e9") for name, value in sent()],
        [(name, value if name != b"svix-timestamp" else b"-5") for name, value in sent()],
        [(name, value if name != b"svix-id" else b"msg.1") for name, value in sent()],
        [(name, value if name != b"svix-id" else b"msg_2") for name, value in sent()],
        [(name, value.replace(b"v1,", b"v2,")) for name, value in sent()],
        [(name, value if name != b"svix-signature" else b"v1,a " * 10_000) for name, value in sent()],
        [(b"webhook-" + name.partition(b"-")[2], value) for name, value in sent()],
    ],
)
def test_what_is_not_signed_by_us_now_is_refused(headers: Sent) -> None:
    with pytest.raises(SignatureRefused):
        Verifier([SECRET]).verify(BODY, headers, NOW)


@given(headers=st.lists(st.tuples(st.sampled_from([b"svix-id", b"svix-timestamp", b"svix-signature"]), st.binary())))
def test_hostile_headers_are_refused_in_one_way(headers: Sent) -> None:
    with pytest.raises(SignatureRefused):
        look_at(headers, NOW)


def test_one_of_several_signatures_is_enough_and_too_many_are_not_looked_at() -> None:
    genuine = sent()[2][1]
    for count, is_taken in ((1, True), (SIGNATURES_MAX, False)):
        header = b" ".join([b"v1," + b"A" * 43 + b"="] * count + [genuine])
        headers = [*sent()[:2], (b"svix-signature", header)]
        if is_taken:
            Verifier([SECRET]).verify(BODY, headers, NOW)
        else:
            with pytest.raises(SignatureRefused):
                Verifier([SECRET]).verify(BODY, headers, NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_***", "whsec_b3V"])
def test_a_secret_without_a_key_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="empty, or no Base64"):
        key_of(secret)
    assert not ResendSignature([]).is_set


def test_a_bounce_in_our_words() -> None:
    told = translate(BODY)
    assert (told.news, told.addresses, told.is_for_good) == (MailNews.BOUNCED, ("Ada@Ada.example",), True)
    assert told.said == "No such user here"
    soft = translate(BODY.replace(b"Permanent", b"Transient"))
    assert (soft.news, soft.is_for_good) == (MailNews.BOUNCED, False)
    assert translate(BODY.replace(b"email.bounced", b"email.opened")).news is MailNews.NOTHING
    assert translate(BODY.replace(b"email.bounced", b"email.complained").replace(b"Permanent", b"")).is_for_good
    assert len(HANDLED_TYPES) == 6


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"type": "email.bounced"}', b'{"type": 5, "data": {}}',
        b'{"type": "email.bounced", "data": {}, "created_at": "yesterday"}',
        b'{"type": "email.bounced", "data": {}, "created_at": "2026-09-21T13:46:40"}',
        BODY.replace(b"Ada <Ada@Ada.example>", b"a" * 300 + b"@x.example"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(EventRefused):
        translate(body)
