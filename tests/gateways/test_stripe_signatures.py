"""Who is let in: only what the gateway signed, lately, with a secret of ours."""

import contextlib
import hmac

import pytest
import stripe
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from gateways.envelope import SignatureRefused
from gateways.reasons import masked_secret
from gateways.stripe.signatures import HEADER_BYTES_MAX, HEADER_PARTS_MAX, TOLERANCE_SECONDS, Verifier, sign, verify
from tests.gateways.fuzzing import fuzzed

SECRET = "whsec_first_secret"
NEXT_SECRET = "whsec_second_secret"
NOW = 1_793_534_400
BODY = '{"id": "evt_1", "object": "event", "note": "naïve"}'.encode()


def test_what_we_sign_is_accepted_by_us_and_by_stripe() -> None:
    header = sign(BODY, SECRET, NOW)
    verify(BODY, header, [SECRET], NOW)
    with time_machine.travel(NOW, tick=False):
        assert stripe.WebhookSignature.verify_header(BODY, header, SECRET, tolerance=TOLERANCE_SECONDS)


@fuzzed
@given(body=st.text(), secret=st.text(alphabet="abcdefXYZ_019", min_size=1))
def test_what_stripe_signs_is_accepted(body: str, secret: str) -> None:
    header = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=NOW)
    verify(body.encode(), header, [secret], NOW)
    assert sign(body.encode(), secret, NOW) == header


@pytest.mark.parametrize("header", [sign(BODY, SECRET, NOW), sign(BODY, SECRET, NOW).encode()])
def test_the_header_may_be_text_or_bytes(header: str | bytes) -> None:
    verify(BODY, header, [SECRET], NOW)


def test_while_a_secret_is_rolled_either_one_is_enough() -> None:
    verifier = Verifier([NEXT_SECRET, SECRET])
    verifier.verify(BODY, sign(BODY, SECRET, NOW), NOW)
    verifier.verify(BODY, sign(BODY, NEXT_SECRET, NOW), NOW)


def test_stripe_signs_with_both_secrets_and_we_may_know_one() -> None:
    old, new = (sign(BODY, secret, NOW).partition(",")[2] for secret in (SECRET, NEXT_SECRET))
    header = f"t={NOW},{new},{old}"
    verify(BODY, header, [SECRET], NOW)
    verify(BODY, header, [NEXT_SECRET], NOW)


def test_other_schemes_are_ignored() -> None:
    header = sign(BODY, SECRET, NOW)
    verify(BODY, f"{header},v0={'0' * 64},v2=whatever", [SECRET], NOW)
    with pytest.raises(SignatureRefused):
        verify(BODY, header.replace("v1=", "v0="), [SECRET], NOW)


@pytest.mark.parametrize("age_seconds", [0, TOLERANCE_SECONDS, -TOLERANCE_SECONDS])
def test_within_five_minutes_of_now_is_recent(age_seconds: int) -> None:
    verify(BODY, sign(BODY, SECRET, NOW - age_seconds), [SECRET], NOW)


@pytest.mark.parametrize("age_seconds", [TOLERANCE_SECONDS + 1, -TOLERANCE_SECONDS - 1, NOW, -1_000_000_000])
def test_older_or_later_than_that_is_refused_although_well_signed(age_seconds: int) -> None:
    with pytest.raises(SignatureRefused):
        verify(BODY, sign(BODY, SECRET, NOW - age_seconds), [SECRET], NOW)


def test_nothing_is_accepted_while_no_secret_is_set() -> None:
    with pytest.raises(SignatureRefused):
        Verifier([]).verify(BODY, sign(BODY, SECRET, NOW), NOW)


@pytest.mark.parametrize("secret", ["", "  ", b""])
def test_an_empty_secret_is_a_mistake_and_not_a_key(secret: str | bytes) -> None:
    with pytest.raises(ValueError, match="secret is empty"):
        Verifier([SECRET, secret])


GOOD = sign(BODY, SECRET, NOW)
SIGNATURE = GOOD.partition("v1=")[2]
MALFORMED: list[str | bytes | None] = [
    None,
    "",
    b"",
    ",",
    "t",
    "t=",
    f"t={NOW}",
    f"v1={SIGNATURE}",
    f"t={NOW},v1=",
    f"t={NOW},v1={SIGNATURE[:-1]}",
    f"t={NOW},v1={SIGNATURE.upper()}",
    f"t={NOW},v1={'é' * 64}",
    f"t={NOW},v1=\udcff{SIGNATURE}",
    f"t={NOW},v1={SIGNATURE},x=\udcff",
    f"t={NOW},t={NOW},v1={SIGNATURE}",
    f"t=-{NOW},v1={SIGNATURE}",
    f"t=+{NOW},v1={SIGNATURE}",
    f"t= {NOW},v1={SIGNATURE}",
    f"t={NOW}.0,v1={SIGNATURE}",
    f"t={NOW:_},v1={SIGNATURE}",
    f"t=nan,v1={SIGNATURE}",
    f"t={'9' * 5000},v1={SIGNATURE}",
    f"t={'٠' * 10},v1={SIGNATURE}",
    f"t={NOW} ,v1={SIGNATURE}",
    f"{GOOD},v0={'a' * HEADER_BYTES_MAX}",
    GOOD + ",v0=a" * HEADER_PARTS_MAX,
    GOOD.encode() + b",v0=\xff",
]


@pytest.mark.parametrize("header", MALFORMED, ids=lambda header: ascii(header)[:40])
def test_malformed_headers_are_refused(header: str | bytes | None) -> None:
    with pytest.raises(SignatureRefused):
        verify(BODY, header, [SECRET], NOW)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (None, "the header Stripe-Signature is not there once, or is beyond its limits"),
        (GOOD.replace("v1=", "v1=0"), "its header has no signature of the scheme v1"),
        (GOOD.replace("t=", "time="), "its header has no time"),
        (sign(BODY, SECRET, NOW - 10_000), "its time is 10000 s behind our clock"),
        (sign(BODY, SECRET, NOW + 301), "its time is 301 s ahead of our clock"),
        (sign(BODY, "whsec_forged", NOW), f"no webhook secret of ours ({masked_secret(SECRET)}) has signed it"),
    ],
)
def test_the_log_is_told_why_and_no_secret(header: str | None, why: str) -> None:
    with pytest.raises(SignatureRefused) as refusal:
        verify(BODY, header, [SECRET], NOW)
    assert str(refusal.value) == f"signature refused: {why}"
    assert SECRET not in why
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


@fuzzed
@given(body=st.binary(), header=st.none() | st.binary() | st.text(st.characters()))
def test_noise_is_refused_and_never_anything_worse(body: bytes, header: bytes | str | None) -> None:
    with pytest.raises(SignatureRefused):
        verify(body, header, [SECRET], NOW)


PIECES = st.sampled_from(
    ["t=", "v1=", "v0=", ",", "=", str(NOW), SIGNATURE, "é", "\udcff", "\x00", " ", "-", "9" * 400]
)


@fuzzed
@given(header=st.lists(PIECES, max_size=12).map("".join))
def test_headers_made_of_plausible_pieces_are_decided_without_surprises(header: str) -> None:
    with contextlib.suppress(SignatureRefused):
        verify(BODY, header, [SECRET], NOW)
        assert SIGNATURE in header
        assert f"t={NOW}" in header


@fuzzed
@given(position=st.integers(0, len(BODY) - 1), mask=st.integers(1, 255))
def test_a_changed_byte_breaks_the_signature(position: int, mask: int) -> None:
    changed = bytearray(BODY)
    changed[position] ^= mask
    with pytest.raises(SignatureRefused):
        verify(bytes(changed), GOOD, [SECRET], NOW)


def test_a_timestamp_cannot_be_moved() -> None:
    with pytest.raises(SignatureRefused):
        verify(BODY, GOOD.replace(f"t={NOW}", f"t={NOW + 1}"), [SECRET], NOW)


def test_bodies_that_are_no_text_are_hashed_as_they_are() -> None:
    body = bytes(range(256))
    signature = hmac.digest(SECRET.encode(), b"%d." % NOW + body, "sha256").hex()
    verify(body, f"t={NOW},v1={signature}", [SECRET], NOW)
