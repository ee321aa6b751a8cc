"""Who signs users' tokens, in a test: keys that are made once, and tokens as an app makes them."""

import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from callers.tokens import Terms

ISSUER, AUDIENCE = "https://app.example/", "cashbeat"
TERMS = Terms(ISSUER, AUDIENCE, "account_id", "role")
SECRET = "of-the-app-and-of-us-alone-0123456789"
ACME = UUID("01890000-0000-7000-8000-00000000000a")


def rsa(bits: int = 2_048, which: int = 0) -> RSAPrivateKey:
    """One that is made once, another for each number."""
    return _made_once(bits, which)


@cache
def _made_once(bits: int, _which: int) -> RSAPrivateKey:
    return generate_rsa(65_537, bits)


@cache
def elliptic() -> EllipticCurvePrivateKey:
    """One on P-256."""
    return generate_ec(SECP256R1())


def claims(**others: Any) -> dict[str, Any]:
    """What an app says of a user; None leaves a claim out."""
    now = int(time.time())
    usual = {
        "iss": ISSUER, "aud": AUDIENCE, "nbf": now - 60, "exp": now + 600, "sub": "user_1",
        "account_id": str(ACME), "role": "owner",
    }  # fmt: skip
    return {name: value for name, value in {**usual, **others}.items() if value is not None}


def published(key: RSAPrivateKey | EllipticCurvePrivateKey, **others: Any) -> dict[str, Any]:
    """The public half as a set shows it."""
    algorithm = RSAAlgorithm if isinstance(key, RSAPrivateKey) else ECAlgorithm
    shown: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))  # type: ignore[arg-type]  # of either kind
    shown.pop("key_ops", None)
    return {**shown, **others}


def key_set(*keys: Mapping[str, Any]) -> bytes:
    """As it lies at its address."""
    return json.dumps({"keys": list(keys)}).encode()


def by_rsa(key_id: str | None = "one", which: int = 0, **others: Any) -> str:
    """A token signed by RS256."""
    headers = {"kid": key_id} if key_id else {}
    return jwt.encode(claims(**others), rsa(which=which), "RS256", headers=headers)


def by_secret(secret: str = SECRET, **others: Any) -> str:
    """A token signed by HS256."""
    return jwt.encode(claims(**others), secret, "HS256")


def bearer(token: str) -> dict[str, str]:
    """The header that carries it."""
    return {"Authorization": f"Bearer {token}"}
