"""Which certificates are believed, and that nobody else's address is ever called for one."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import Rejected, Unavailable
from gateways.paypal.certificates import (
    BASES,
    CertificateRefused,
    bases_of,
    is_place_of_certificates,
    read_certificate,
    trust_anchors,
)
from gateways.paypal.checks import PayPalChecks
from gateways.paypal.fetching import CERTIFICATE_BYTES_MAX, FETCH_SECONDS
from tests.gateways.authorities import chain_for, pem_of
from tests.gateways.fuzzing import fuzzed
from tests.gateways.loopback import Script, ScriptedServer, dripping_port, http_answer, refusing_port, silent_port
from tests.gateways.paypal_side import YEAR, PayPalSide

PATH = "/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77"
HOST = "api.sandbox.paypal.com"
HERE = BASES["sandbox"]

# each is another one's address, or another place than that of certificates
HOSTILE = (
    f"https://evil.example{PATH}",
    f"https://{HOST}.evil.example{PATH}",
    f"https://evil.example/{HOST}{PATH}",
    f"https://evil-{HOST}{PATH}",
    f"https://{HOST}@evil.example{PATH}",
    f"https://user:{HOST}@evil.example{PATH}",
    f"https://evil.example#{HOST}{PATH}",
    f"https://evil.example?{HOST}{PATH}",
    f"https://evil.example\\@{HOST}{PATH}",
    f"https://{HOST}\\@evil.example{PATH}",
    f"https://user@{HOST}{PATH}",
    f"http://{HOST}{PATH}",
    f"HTTPS://{HOST}{PATH}",
    f"//{HOST}{PATH}",
    f"ftp://{HOST}{PATH}",
    f"file://{HOST}{PATH}",
    f"https://{HOST}:444{PATH}",
    f"https://{HOST}:443{PATH}",
    f"https://{HOST}.{PATH}",
    f"https://{HOST.upper()}{PATH}",
    f"https://api.paypal.com{PATH}",  # another environment
    f"https://{HOST.replace('a', 'а', 1)}{PATH}",
    f"https://{HOST.replace('l', 'ⅼ')}{PATH}",
    f"https://{HOST.replace('.', '。', 1)}{PATH}",
    f"https://xn--pi-6kc.sandbox.paypal.com{PATH}",
    f"https://127.0.0.1{PATH}",
    f"https://[::1]{PATH}",
    f"https://{HOST}/v1/notifications/certs/../../oauth2/CERT-1",
    f"https://{HOST}/v1/notifications/certs/%2e%2e/CERT-1",
    f"https://{HOST}//v1/notifications/certs/CERT-1",
    f"https://{HOST}/v1/notifications/certs/CERT-1/",
    f"https://{HOST}/v1/notifications/certs/CERT-1?redirect=https://evil.example",
    f"https://{HOST}/v1/notifications/certs/CERT-1#x",
    f"https://{HOST}/v1/notifications/certs/CERT-1\n",
    f"https://{HOST}/v1/notifications/certs/CERT-1\r\nHost: evil.example",
    f"https://{HOST}/v1/notifications/certs/CERT-",
    f"https://{HOST}/v1/notifications/certs/CERT-{'a' * 65}",
    f"https://{HOST}/v1/notifications/certs/CERT-xyz",
    f"https://{HOST}/v1/notifications/certs/cert-1",
    f"https://{HOST}/v1/notifications/CERT-1",
    f"https://{HOST}/evil/v1/notifications/certs/CERT-1",
    f" https://{HOST}{PATH}",
    f"https://{HOST}{PATH} ",
    f"https://{HOST}",
    "",
)


@pytest.mark.parametrize("base", HERE)
def test_paypals_own_places_are_ours(base: str) -> None:
    assert is_place_of_certificates(base + PATH, HERE)


@pytest.mark.parametrize("url", HOSTILE)
def test_no_other_is(url: str) -> None:
    assert not is_place_of_certificates(url, HERE)


@fuzzed
@given(before=st.text(max_size=4), after=st.text(max_size=4), inside=st.text(max_size=4), at=st.integers(0, 80))
def test_nor_is_one_with_anything_put_into_it(before: str, after: str, inside: str, at: int) -> None:
    genuine = HERE[0] + PATH
    url = before + genuine[:at] + inside + genuine[at:] + after
    if is_place_of_certificates(url, HERE):
        host, _, rest = url.removeprefix("https://").partition("/")
        assert host == HOST
        assert set(rest.rpartition("CERT-")[2]) <= set("0123456789abcdef-")


def test_where_certificates_lie_is_ours_to_say() -> None:
    assert bases_of({"environment": "live", "api_base": ""}) == BASES["live"]
    assert bases_of({"environment": "live", "api_base": "https://api-m.paypal.com/"}) == BASES["live"]
    assert bases_of({"environment": "sandbox", "api_base": "http://127.0.0.1:8400/paypal"}) == (
        "http://127.0.0.1:8400/paypal",
    )


def test_one_of_paypals_is_believed_by_who_trusts_its_authority(signer: PayPalSide, tmp_path: Path) -> None:
    anchors = trust_anchors(signer.authority.trust_file)
    assert read_certificate(signer.pem, anchors, signer.now).valid_until > signer.now
    for others in ((), trust_anchors(None), trust_anchors(PayPalSide(tmp_path).authority.trust_file)):
        with pytest.raises(CertificateRefused):
            read_certificate(signer.pem, others, signer.now)


def test_a_chain_may_lead_over_others_and_one_of_those_may_be_trusted_itself(signer: PayPalSide) -> None:
    """As an operator can do if a vendor leaves them out."""
    root, between, leaf = chain_for("messageverificationcerts.paypal.com", signer.now)
    for pem, anchor in (
        (pem_of(leaf, between), root),
        (pem_of(leaf, between, root), root),
        (pem_of(leaf), between),
    ):
        assert read_certificate(pem, [anchor], signer.now).valid_until == leaf.not_valid_after_utc
    with pytest.raises(CertificateRefused):
        read_certificate(pem_of(leaf), [root], signer.now)


@pytest.mark.parametrize("days", [-366, 366])
def test_not_before_its_time_nor_after(signer: PayPalSide, days: int) -> None:
    with pytest.raises(CertificateRefused):
        read_certificate(signer.pem, trust_anchors(signer.authority.trust_file), signer.now + timedelta(days=days))


@pytest.mark.parametrize("name", ["evil.example", "paypal.com.evil.example", "evilpaypal.com", "paypal.com"])
def test_somebody_elses_is_not_whoever_vouches_for_it(signer: PayPalSide, name: str) -> None:
    _, pem = signer.authority.issue(signer.now - YEAR, signer.now + YEAR, name)
    with pytest.raises(CertificateRefused):
        read_certificate(pem, trust_anchors(signer.authority.trust_file), signer.now)


def test_the_authoritys_own_signs_no_events(signer: PayPalSide) -> None:
    with pytest.raises(CertificateRefused):
        read_certificate(
            signer.authority.trust_file.read_bytes(), trust_anchors(signer.authority.trust_file), signer.now
        )


@fuzzed
@given(pem=st.binary(max_size=300) | st.binary(max_size=90).map(lambda tail: b"-----BEGIN CERTIFICATE-----\n" + tail))
def test_whatever_lies_there_nothing_else_is_raised(signer: PayPalSide, pem: bytes) -> None:
    with pytest.raises(CertificateRefused):
        read_certificate(pem, trust_anchors(signer.authority.trust_file), signer.now)


def test_a_file_of_very_many_is_not_looked_through(signer: PayPalSide) -> None:
    with pytest.raises(CertificateRefused):
        read_certificate(signer.pem * 9, trust_anchors(signer.authority.trust_file), signer.now)


def test_this_machine_trusts_somebody() -> None:
    assert len(trust_anchors(None)) > 50


# Fetching, over real sockets: each server counts who calls it.


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    """Where nobody is to call."""
    server = ScriptedServer(http_answer("200 OK", b"caught"))
    yield server
    server.close()


def checks_at(base: str, signer: PayPalSide) -> PayPalChecks:
    where = {"environment": "sandbox", "api_base": base}
    values = {**where, "trust_file": signer.authority.trust_file, "webhook_verification": "offline"}

    def post(path: str, body: bytes) -> dict[str, Any]:
        raise AssertionError("PayPal was asked")

    return PayPalChecks(values, post)


def fetched(server: ScriptedServer, signer: PayPalSide, path: str = PATH) -> str:
    return checks_at(server.url, signer).fetch_certificate(server.url + path, signer.now).pem


def test_the_certificate_that_lies_there_is_fetched(
    scripted: Callable[[Script], ScriptedServer], signer: PayPalSide
) -> None:
    server = scripted(http_answer("200 OK", signer.pem))
    assert fetched(server, signer).encode() == signer.pem
    assert len(server.requests) == 1


def test_hostile_addresses_cause_no_connection(
    scripted: Callable[[Script], ScriptedServer], elsewhere: ScriptedServer, signer: PayPalSide
) -> None:
    """Neither to where they point nor, in another form, to where certificates do lie."""
    server = scripted(http_answer("200 OK", signer.pem))
    ours, theirs = (each.url.removeprefix("http://") for each in (server, elsewhere))
    aimed = [url.replace("evil.example", theirs).replace(HOST, ours) for url in HOSTILE]
    aimed += [url.replace("https://", "http://") for url in aimed]
    for url in (*HOSTILE, *aimed):
        if url == server.url + PATH:
            continue
        with pytest.raises(Unavailable, match="is not where"):
            checks_at(server.url, signer).fetch_certificate(url, signer.now)
    assert (server.requests, elsewhere.requests) == ([], [])


def test_a_redirect_is_not_followed(
    scripted: Callable[[Script], ScriptedServer], elsewhere: ScriptedServer, signer: PayPalSide
) -> None:
    for status in ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent"):
        server = scripted(http_answer(status, b"", Location=elsewhere.url + PATH))
        with pytest.raises(Rejected, match="certificate_refused"):
            fetched(server, signer)
    assert elsewhere.requests == []


def test_a_huge_answer_is_not_read_to_its_end(scripted: Callable[[Script], ScriptedServer], signer: PayPalSide) -> None:
    server = scripted(http_answer("200 OK", signer.pem + b" " * CERTIFICATE_BYTES_MAX))
    with pytest.raises(Rejected, match="certificate_refused"):
        fetched(server, signer)


def test_nobody_waits_for_a_slow_one(signer: PayPalSide) -> None:
    began = time.monotonic()
    with silent_port() as base, pytest.raises(Unavailable):
        checks_at(base, signer).fetch_certificate(base + PATH, signer.now)
    assert time.monotonic() - began < 3 * FETCH_SECONDS


def test_one_that_is_cut_off_is_asked_for_again(
    scripted: Callable[[Script], ScriptedServer], signer: PayPalSide
) -> None:
    """And not taken for what lies there."""
    whole = http_answer("200 OK", signer.pem)
    for cut in (10, 100, 1_000):
        with pytest.raises(Unavailable):
            fetched(scripted(whole[:-cut]), signer)


def test_nor_for_one_that_comes_byte_by_byte(signer: PayPalSide) -> None:
    began = time.monotonic()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"
    with dripping_port(head, 0.2) as base, pytest.raises(Unavailable):
        checks_at(base, signer).fetch_certificate(base + PATH, signer.now)
    assert time.monotonic() - began < 3 * FETCH_SECONDS


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone", "204 No Content"])
def test_where_nothing_lies_nothing_is_believed(
    scripted: Callable[[Script], ScriptedServer], signer: PayPalSide, status: str
) -> None:
    with pytest.raises(Rejected, match="certificate_refused"):
        fetched(scripted(http_answer(status, signer.pem)), signer)


@pytest.mark.parametrize("status", ["500 Oops", "503 Later", "429 Slow Down", "408 Timeout"])
def test_weather_is_waited_for(scripted: Callable[[Script], ScriptedServer], signer: PayPalSide, status: str) -> None:
    with pytest.raises(Unavailable):
        fetched(scripted(http_answer(status, b"")), signer)
    with refusing_port() as base, pytest.raises(Unavailable):
        checks_at(base, signer).fetch_certificate(base + PATH, signer.now)


def test_what_is_no_certificate_is_refused(scripted: Callable[[Script], ScriptedServer], signer: PayPalSide) -> None:
    for body in (b"", b"<html>", signer.pem[:500], b"\xff" * 100):
        with pytest.raises(Rejected, match="certificate_refused"):
            fetched(scripted(http_answer("200 OK", body)), signer)
