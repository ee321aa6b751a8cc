"""A token makes somebody of its bearer only by keys and rules that were known before it came."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from callers.key_sets import KeySet, KeySetUnusable, read_key_set, shared_keys
from callers.principal import Kind, Principal
from callers.tokens import LEEWAY_SECONDS, TOKEN_LENGTH_MAX, TokenRefused, read_header, read_token
from schemas.permissions import Role, of_role
from tests.callers.issuers import ACME, SECRET, TERMS, by_rsa, by_secret, claims, elliptic, key_set, published, rsa

PUBLISHED = read_key_set(key_set(published(rsa(), kid="one"), published(elliptic(), kid="two")))
SHARED = shared_keys([SECRET])


def _read(token: str, keys: KeySet = PUBLISHED, now: datetime | None = None) -> Principal:
    return read_token(token, keys.fitting(read_header(token)), TERMS, now or datetime.now(UTC))


def _made(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    parts = json.dumps(header).encode(), json.dumps(payload).encode(), signature
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _signed(header: dict[str, Any]) -> str:
    """By a key that does not count."""
    signing_input = _made(header, claims()).rpartition(".")[0]
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(signing_input.encode(), rsa(which=1))
    return f"{signing_input}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("role", Role)
def test_a_user_is_who_the_token_says_in_one_account(role: Role) -> None:
    for token, keys in ((by_rsa(role=role), PUBLISHED), (by_secret(role=role), SHARED)):
        found = _read(token, keys)
        assert (found.kind, found.id, found.role) == (Kind.USER, "user_1", role)
        assert (found.accounts, found.permissions) == (frozenset({ACME}), of_role(role))
        assert found.caller == f"user/{ACME}/user_1"


def test_elliptic_keys_sign_as_well() -> None:
    assert _read(jwt.encode(claims(), elliptic(), "ES256", headers={"kid": "two"})).id == "user_1"


def test_every_token_of_a_user_is_the_same_caller_however_the_account_is_written() -> None:
    written = {str(ACME), str(ACME).upper(), ACME.hex, f"urn:uuid:{ACME}"}
    assert len({_read(by_rsa(account_id=each)).caller for each in written}) == 1


def test_users_of_two_accounts_are_never_one_caller() -> None:
    other = str(ACME)[:-1] + "b"
    assert _read(by_rsa(sub="a/b")).caller != _read(by_rsa(sub="b", account_id=other)).caller
    assert _read(by_rsa(sub="user_1")).caller != _read(by_rsa(sub="user_1", account_id=other)).caller


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "nbf", "sub", "account_id", "role"])
def test_a_claim_that_is_needed_is_needed(missing: str) -> None:
    told: dict[str, Any] = {missing: None}
    with pytest.raises(TokenRefused):
        _read(by_rsa(**told))


@pytest.mark.parametrize(
    "others",
    [
        {"iss": "https://app.example"}, {"aud": "cashbeat2"}, {"aud": []},
        {"aud": 5},
        {"aud": {"cashbeat": 1}}, {"role": "root"}, {"role": "Owner"}, {"role": ["owner"]}, {"role": 1},
        {"account_id": "acme"}, {"account_id": [str(ACME)]}, {"account_id": 7}, {"sub": ""}, {"sub": 7},
        {"sub": "x" * 256}, {"sub": "a\nb"}, {"sub": "a\x00"}, {"sub": "\ud800"}, {"exp": "soon"}, {"exp": True},
        {"exp": "9999999999"}, {"exp": float("inf")}, {"exp": float("nan")}, {"nbf": float("nan")}, {"nbf": "0"},
        {"nbf": [0]}, {"exp": {}},
    ],
)  # fmt: skip
def test_claims_that_say_something_else_are_refused(others: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        _read(by_rsa(**others))


def test_one_of_several_audiences_is_enough() -> None:
    assert _read(by_rsa(aud=["other", "cashbeat"])).id == "user_1"


def test_a_token_counts_in_its_time_and_a_little_around_it() -> None:
    begins, ends = datetime(2026, 11, 1, 10, tzinfo=UTC), datetime(2026, 11, 1, 11, tzinfo=UTC)
    token = by_rsa(nbf=int(begins.timestamp()), exp=int(ends.timestamp()))
    little = timedelta(seconds=LEEWAY_SECONDS)
    second = timedelta(seconds=1)
    assert _read(token, now=begins - little).ends_at == ends + little
    assert _read(token, now=ends + little - second).id == "user_1"
    for now, why in ((begins - little - second, "is not in force yet"), (ends + little, "has expired")):
        with pytest.raises(TokenRefused, match=why):
            _read(token, now=now)


def test_a_token_without_end_ends_in_time() -> None:
    ends_at = _read(by_rsa(exp=10**400, nbf=-(10**400))).ends_at
    assert ends_at is not None
    assert ends_at.year == 2200


def test_a_public_key_is_no_secret() -> None:
    """Key confusion: signed by HMAC with what everybody can read."""
    pem = rsa().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = _made({"alg": "HS256", "kid": "one"}, claims()).rpartition(".")[0]
    mac = hmac.digest(pem, signing_input.encode(), "sha256")
    forged = f"{signing_input}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert PUBLISHED.fitting(read_header(forged)) == []
    with pytest.raises(TokenRefused):
        read_token(forged, PUBLISHED.fitting(read_header(by_rsa())), TERMS, datetime.now(UTC))


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "", "HS512", "RS512", "PS256", "EdDSA", 5, None, ["RS256"]]
)
def test_no_other_algorithm_counts(algorithm: Any) -> None:
    forged = _made({"alg": algorithm, "kid": "one"}, claims())
    for keys in (PUBLISHED, SHARED):
        with pytest.raises(TokenRefused):
            _read(forged, keys)


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "two"}, {"kid": "../../dev/null"}, {"kid": "' OR 1=1"}, {"kid": 1}, {"kid": ["one"]},
        {"jwk": published(rsa(which=1))}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/x"},
        {"kid": None}, {"crit": ["exp"]}, {"crit": []}, {"b64": False, "crit": ["b64"]},
    ],
)  # fmt: skip
def test_what_a_header_says_beside_leads_to_no_key(header: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        _read(_signed({"alg": "RS256", "kid": "one", **header}))


def test_a_key_that_is_not_named_is_found_and_one_of_another_is_not() -> None:
    assert _read(by_rsa(key_id=None)).id == "user_1"
    for token in (by_rsa(key_id=None, which=1), by_rsa(key_id="one", which=1), by_rsa(key_id="three")):
        with pytest.raises(TokenRefused):
            _read(token)


def test_while_a_secret_is_rolled_both_count() -> None:
    new = "another-secret-of-the-app-0123456789"
    for secret in (SECRET, new):
        assert _read(by_secret(secret), shared_keys([new, SECRET])).id == "user_1"
    with pytest.raises(TokenRefused):
        _read(by_secret(new), SHARED)


@given(st.text(max_size=200) | st.builds(lambda parts: ".".join(parts), st.lists(st.text(max_size=50), max_size=5)))
def test_whatever_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        _read(text)


@pytest.mark.parametrize(
    "content", [b"[" * 5_000, b"{}", b"5", b'"x"', b"\xff", b'{"alg": "RS256", "alg": "none"}', b"null"]
)
def test_hostile_headers_are_refused(content: bytes) -> None:
    segment = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    with pytest.raises(TokenRefused):
        _read(f"{segment}.e30.e30")


def test_a_payload_without_bottom_is_refused_though_it_is_signed() -> None:
    token = jwt.api_jws.encode(b"[" * 3_000, rsa(), "RS256", headers={"kid": "one"})
    with pytest.raises(TokenRefused):
        _read(token)


def test_a_long_token_is_not_looked_at() -> None:
    with pytest.raises(TokenRefused, match="too long"):
        _read(by_rsa(padding="x" * TOKEN_LENGTH_MAX))


def test_of_a_set_only_keys_that_sign_as_we_want_are_kept() -> None:
    strangers = (
        published(rsa(), kid="one", use="enc"), published(rsa(), kid="one", alg="RS512"),
        published(rsa(bits=1_024), kid="one"), {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        {"kty": "RSA", "kid": "one"}, {"kty": "EC", "crv": "P-384", "kid": "one"}, published(rsa(), kid=1), "x", None,
    )  # fmt: skip
    for stranger in strangers:
        with pytest.raises(KeySetUnusable):
            read_key_set(json.dumps({"keys": [stranger]}).encode())
    kept = read_key_set(json.dumps({"keys": [*strangers, published(rsa(), kid="one")]}).encode())
    assert len(kept.fitting(read_header(by_rsa()))) == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_set_of_keys_is_told(content: bytes) -> None:
    with pytest.raises(KeySetUnusable):
        read_key_set(content)
