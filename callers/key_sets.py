"""Public keys of who signs users' tokens: a JSON Web Key Set (RFC 7517), and the one algorithm that each key is for."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jwt
import requests
from jwt.exceptions import PyJWTError
from requests.utils import get_environ_proxies

from callers.tokens import Header

# by the kind of key, never by what a token says
ALGORITHMS: Mapping[tuple[str, str | None], str] = {("RSA", None): "RS256", ("EC", "P-256"): "ES256"}
SET_BYTES_MAX = 256 * 1024
KEYS_MAX = 20
SOCKET_SECONDS = 2.0
FETCH_SECONDS_MAX = 5.0
CHUNK_BYTES = 16 * 1024
RSA_BITS_MIN = 2_048


class KeySetUnusable(Exception):
    """There was no answer, or none with a key in it. The text is for the log."""


class KeySet:
    """Keys that may have signed a token."""

    def __init__(self, keys: Sequence[jwt.PyJWK]) -> None:
        self._keys = keys

    def fitting(self, header: Header) -> list[jwt.PyJWK]:
        """Those for the algorithm that a token names, and of the id that it names where both have one."""
        return [key for key in self._keys if key.algorithm_name == header.algorithm and _is_of(key, header.key_id)]


def read_key_set(content: bytes) -> KeySet:
    """The keys of a set that sign by RS256 or ES256; others in it are left out. Raises KeySetUnusable without any."""
    try:
        listed = json.loads(content)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeySetUnusable("it is no JSON Web Key Set") from None
    if not isinstance(listed, list) or len(listed) > KEYS_MAX:
        raise KeySetUnusable("it is no JSON Web Key Set, or has too many keys")
    keys = [key for each in listed for key in _usable(each)]
    if not keys:
        raise KeySetUnusable("it has no key for RS256 or ES256")
    return KeySet(keys)


def shared_keys(secrets: Sequence[str]) -> KeySet:
    """Keys that the product's app and we both have: HS256 and nothing else."""
    return KeySet([jwt.PyJWK({"kty": "oct", "k": _base64url(secret.encode())}, "HS256") for secret in secrets])


def fetch_key_set(url: str) -> bytes:
    """What lies there: one request, nowhere else, bounded in time and size. Raises KeySetUnusable."""
    ends_at = time.monotonic() + FETCH_SECONDS_MAX
    with requests.Session() as session:
        session.proxies = get_environ_proxies(url, no_proxy=None)
        session.trust_env = False
        try:
            return b"".join(_chunks(session, url, ends_at))
        except (requests.RequestException, OSError) as error:
            raise KeySetUnusable(f"no answer: {type(error).__name__}") from error


def _chunks(session: requests.Session, url: str, ends_at: float) -> Iterator[bytes]:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    size = 0
    with session.get(url, headers=headers, timeout=SOCKET_SECONDS, stream=True, allow_redirects=False) as answer:
        if answer.status_code != requests.codes.ok:
            raise KeySetUnusable(f"the answer was {answer.status_code}")
        while chunk := answer.raw.read1(CHUNK_BYTES, decode_content=False):
            size += len(chunk)
            if size > SET_BYTES_MAX or time.monotonic() > ends_at:
                raise KeySetUnusable("the answer is too long, or takes too long")
            yield chunk


def _usable(listed: Any) -> Iterator[jwt.PyJWK]:
    if not isinstance(listed, dict):
        return
    algorithm = ALGORITHMS.get((str(listed.get("kty")), listed.get("crv") if listed.get("kty") == "EC" else None))
    if algorithm is None or listed.get("alg", algorithm) != algorithm or listed.get("use", "sig") != "sig":
        return
    if not isinstance(listed.get("kid"), str | None):
        return
    public = {name: value for name, value in listed.items() if name in ("kty", "crv", "n", "e", "x", "y", "kid")}
    try:
        key = jwt.PyJWK(public, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return
    if algorithm == "ES256" or key.key.key_size >= RSA_BITS_MIN:
        yield key


def _is_of(key: jwt.PyJWK, key_id: str | None) -> bool:
    return None in (key_id, key.key_id) or key.key_id == key_id


def _base64url(secret: bytes) -> str:
    return jwt.utils.base64url_encode(secret).decode()
