"""Who is let in by PayPal's door: what PayPal signed, for one of our webhooks, within the days that it tries for."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from gateways.envelope import EventRefused, SignatureRefused, Unchecked
from gateways.paypal.door import PayPalSignature, open_door, transmission_of
from gateways.paypal.signatures import AGE_SECONDS_MAX, AHEAD_SECONDS_MAX, HEADERS_BYTES_MAX, look_at, verify
from schemas.facts.signatures import UncheckedEvent
from tests.gateways.forging import forge
from tests.gateways.fuzzing import fuzzed
from tests.gateways.paypal_side import BASE, WEBHOOK_ID, Headers, PayPalSide, event, replaced, without

BODY = event()
NEXT_ID = "WEBHOOKTHATCOMESNEXT"
DAY = 24 * 60 * 60


def let_in(signer: PayPalSide, body: bytes, headers: Headers, *webhook_ids: str) -> bool:
    """Whether it is genuine. Raises SignatureRefused."""
    now = signer.now.timestamp()
    ids = webhook_ids or (WEBHOOK_ID,)
    _, is_genuine = verify(body, headers, ids, {signer.url: signer.certificate}.get, (BASE,), now)
    return is_genuine


def test_what_paypal_signs_is_let_in(signer: PayPalSide) -> None:
    assert let_in(signer, BODY, signer.headers(BODY))


@fuzzed
@given(body=st.binary(max_size=200))
def test_whatever_the_body_is(signer: PayPalSide, body: bytes) -> None:
    assert let_in(signer, body, signer.headers(body))


def test_while_one_webhook_takes_the_place_of_another_either_counts(signer: PayPalSide) -> None:
    for webhook_id in (WEBHOOK_ID, NEXT_ID):
        assert let_in(signer, BODY, signer.headers(BODY, webhook_id), WEBHOOK_ID, NEXT_ID)
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, signer.headers(BODY, NEXT_ID), WEBHOOK_ID)


def test_another_body_is_refused_unless_its_crc32_is_the_same(signer: PayPalSide) -> None:
    """Which is why a signature says no more than that PayPal rang."""
    headers = signer.headers(BODY)
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY.replace(b"COMPLETED", b"PENDING"), headers)
    forged = forge({**json.loads(BODY), "id": "WH-FORGED"}, BODY)
    assert crc32(forged) == crc32(BODY)
    assert let_in(signer, forged, headers)


@pytest.mark.parametrize("name", [name.decode() for name in HEADERS_BYTES_MAX])
@pytest.mark.parametrize(
    "spoil",
    [
        without,
        lambda headers, name: headers + [pair for pair in headers if pair[0] == name.encode()],
        lambda headers, name: replaced(headers, name, b""),
        lambda headers, name: replaced(headers, name, b"\xff"),
        lambda headers, name: replaced(headers, name, b"x" * (HEADERS_BYTES_MAX[name.encode()] + 1)),
        lambda headers, name: replaced(headers, name, b"\x00"),
    ],
)
def test_each_header_is_there_once_and_within_its_limits(
    signer: PayPalSide, spoil: Callable[[Headers, str], Headers], name: str
) -> None:
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, spoil(signer.headers(BODY), name))


@pytest.mark.parametrize("algorithm", ["SHA1withRSA", "sha256withrsa", "SHA256withRSA ", "none", "SHA256withECDSA"])
def test_no_other_algorithm_is_taken(signer: PayPalSide, algorithm: str) -> None:
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, signer.headers(BODY, auth_algo=algorithm))


@pytest.mark.parametrize("transmission_id", ["a|b", "a b", "ü", "a\n", "a" * 51])
def test_nothing_can_be_moved_across_the_bars(signer: PayPalSide, transmission_id: str) -> None:
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, signer.headers(BODY, transmission_id=transmission_id))


@pytest.mark.parametrize("age_seconds", [0, 3 * DAY, AGE_SECONDS_MAX - 1, -AHEAD_SECONDS_MAX])
def test_a_try_of_the_third_day_is_let_in(signer: PayPalSide, age_seconds: float) -> None:
    assert let_in(signer, BODY, signer.headers(BODY, age_seconds=age_seconds))


@pytest.mark.parametrize("age_seconds", [AGE_SECONDS_MAX + 1, 100 * DAY, -AHEAD_SECONDS_MAX - 1])
def test_older_or_later_than_that_is_refused_although_well_signed(signer: PayPalSide, age_seconds: float) -> None:
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, signer.headers(BODY, age_seconds=age_seconds))


@pytest.mark.parametrize("said", ["", "now", "2026-02-30T00:00:00Z", "2026-11-30 02:00:00Z", "1793534400", "٢٠٢٦"])
def test_a_time_is_one_or_refused(signer: PayPalSide, said: str) -> None:
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, replaced(signer.headers(BODY), "paypal-transmission-time", said.encode()))


@pytest.mark.parametrize("signature", ["", "x", "AAAA", "=" * 8, "A" * 344, "ä" * 344])
def test_what_is_no_signature_is_refused(signer: PayPalSide, signature: str) -> None:
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, replaced(signer.headers(BODY), "paypal-transmission-sig", signature.encode()))


def test_a_certificate_that_is_over_signs_nothing_more(signer: PayPalSide) -> None:
    late = (signer.certificate.valid_until + timedelta(seconds=1)).timestamp()
    headers = signer.headers(BODY, age_seconds=-(late - signer.now.timestamp()))
    with pytest.raises(SignatureRefused):
        verify(BODY, headers, (WEBHOOK_ID,), {signer.url: signer.certificate}.get, (BASE,), late)


def test_one_that_is_not_known_decides_nothing(signer: PayPalSide) -> None:
    headers = signer.headers(BODY)
    transmission, is_genuine = verify(BODY, headers, (WEBHOOK_ID,), lambda _: None, (BASE,), signer.now.timestamp())
    assert not is_genuine
    assert transmission == look_at(headers, (BASE,), signer.now.timestamp())


def test_the_log_is_told_which_of_the_checks_failed(signer: PayPalSide) -> None:
    genuine = signer.headers(BODY)
    elsewhere = signer.url.replace("https://", "https://api.paypal.com@evil.example/").encode()
    for why, headers in (
        ("the header paypal-cert-url is not there once, or is beyond its limits", without(genuine, "paypal-cert-url")),
        ("its algorithm is 'SHA1withRSA', not SHA256withRSA", replaced(genuine, "paypal-auth-algo", b"SHA1withRSA")),
        ("its transmission has no usable id", signer.headers(BODY, transmission_id="a|b")),
        ("its time is none", replaced(genuine, "paypal-transmission-time", b"now")),
        (
            f"its time is {DAY - signer.now.microsecond / 1e6:.0f} s ahead of our clock",  # it is said in whole seconds
            signer.headers(BODY, age_seconds=-DAY),
        ),
        (
            f"its certificate lies at 'api.paypal.com@evil.example', and not at {BASE}",
            replaced(genuine, "paypal-cert-url", elsewhere),
        ),
        ("its signature is not in base64", replaced(genuine, "paypal-transmission-sig", b"x")),
        ("it is not signed for a webhook of ours (****CATA), or its body is another", signer.headers(BODY, NEXT_ID)),
    ):
        with pytest.raises(SignatureRefused) as refusal:
            let_in(signer, BODY, headers)
        assert str(refusal.value) == f"signature refused: {why}"


NAMES = st.sampled_from([*HEADERS_BYTES_MAX, b"paypal-auth-version", b"host"])
ANYTHING = st.lists(st.tuples(NAMES, st.binary(max_size=600)), max_size=12)


def _said(headers: Headers) -> Headers:
    """What of them is looked at."""
    return sorted(pair for pair in headers if pair[0] in HEADERS_BYTES_MAX)


@fuzzed
@given(others=ANYTHING, place=st.integers(0, 5), is_replaced=st.booleans())
def test_whatever_the_headers_are_only_those_that_paypal_sent_are_let_in(
    signer: PayPalSide, others: Headers, place: int, is_replaced: bool
) -> None:
    genuine = signer.headers(BODY)
    tried = [*genuine[:place], *others, *genuine[place + is_replaced :]]
    if _said(tried) == _said(genuine):
        assert let_in(signer, BODY, tried)
        return
    with pytest.raises(SignatureRefused):
        let_in(signer, BODY, tried)


def door_of(signer: PayPalSide, **values: object) -> PayPalSignature:
    opened = open_door(
        {
            "webhook_secrets": (SecretStr(WEBHOOK_ID),),
            "certificates": {signer.url: signer.pem.decode()},
            "environment": "sandbox",
            "api_base": "",
            "trust_file": signer.authority.trust_file,
            "webhook_verification": "offline",
            **values,
        }
    )
    assert isinstance(opened, PayPalSignature)
    return opened


def test_the_door_reads_what_it_lets_in(signer: PayPalSide) -> None:
    found = door_of(signer).read(BODY, signer.headers(BODY, transmission_id="one-of-them"), signer.now.timestamp())
    assert not isinstance(found, Unchecked)
    assert (found.event_type, found.transmission_id) == ("PAYMENT.CAPTURE.COMPLETED", "one-of-them")


def test_what_it_cannot_check_it_notes_for_somebody_who_can(signer: PayPalSide) -> None:
    headers = signer.headers(BODY)
    found = door_of(signer, certificates={}).read(BODY, headers, signer.now.timestamp())
    assert isinstance(found, Unchecked)
    assert found.certificate_url == signer.url
    noted = UncheckedEvent(BODY, found.envelope.transmission_id, found.certificate_url, found.evidence)
    assert transmission_of(noted) == look_at(headers, (BASE,), signer.now.timestamp())
    assert found.evidence["webhook_ids"] == [WEBHOOK_ID]


def test_a_door_that_is_to_ask_paypal_knows_nothing_by_itself(signer: PayPalSide) -> None:
    door = door_of(signer, webhook_verification="by_paypal")
    found = door.read(BODY, signer.headers(BODY), signer.now.timestamp())
    assert isinstance(found, Unchecked)
    assert found.certificate_url == ""


def test_a_door_that_trusts_others_than_the_worker_knows_nothing_either(signer: PayPalSide, tmp_path: Path) -> None:
    other = PayPalSide(tmp_path)
    door = door_of(signer, trust_file=other.authority.trust_file)
    assert isinstance(door.read(BODY, signer.headers(BODY), signer.now.timestamp()), Unchecked)


def test_what_is_no_event_is_not_even_noted(signer: PayPalSide) -> None:
    for body in (b"", b"[]", b"{}", event("evt_1"), event(resource=None), event(create_time="yesterday"), b"[" * 9_000):
        with pytest.raises(EventRefused):
            door_of(signer, certificates={}).read(body, signer.headers(body), signer.now.timestamp())


def test_without_the_id_of_a_webhook_the_door_is_shut(signer: PayPalSide) -> None:
    assert not door_of(signer, webhook_secrets=()).is_set
