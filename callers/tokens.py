"""Tokens of users: JSON Web Tokens that the product's app signs, read by fixed rules.

What they say of themselves decides nothing: which algorithms count, and by which keys, is known before a token is
looked at (RFC 8725).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
from jwt.exceptions import PyJWTError

from callers.principal import Kind, Principal
from schemas.permissions import Role, of_role

TOKEN_LENGTH_MAX = 8_192  # the longest that identity providers are known to make is half of it
LEEWAY_SECONDS = 10.0  # clocks of two machines that are both set by the network differ by less
SUBJECT_LENGTH_MAX = 255
NEEDED = ["iss", "aud", "exp", "nbf", "sub"]
# the times are compared here, by the clock that we are told
OPTIONS: Any = {"require": NEEDED, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
FAR = datetime(2200, 1, 1, tzinfo=UTC)
# short ones can be broken, whoever made them
READER = jwt.PyJWT(options={"enforce_minimum_key_length": True})


class TokenRefused(Exception):
    """A token that makes nobody of its bearer. The text is half a sentence for whoever integrates."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Who issues tokens, for whom, and under which names they say the account and the role."""

    issuer: str
    audience: str
    account_claim: str
    role_claim: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of how it was signed, which is not to be trusted: enough to choose among the keys of ours."""

    algorithm: str
    key_id: str | None


def read_header(token: str) -> Header:
    """Of a token of any kind. Raises TokenRefused for what is none."""
    if len(token) > TOKEN_LENGTH_MAX:
        raise TokenRefused("is too long")
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError):
        raise TokenRefused("is no JSON Web Token") from None
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not (key_id is None or isinstance(key_id, str)):
        raise TokenRefused("does not say how it is signed")
    if "crit" in header:
        raise TokenRefused("asks for an extension")
    return Header(algorithm, key_id)


def read_token(token: str, keys: Sequence[jwt.PyJWK], terms: Terms, now: datetime) -> Principal:
    """The user whom a token speaks of, signed by one of these keys, each by the one algorithm that it is for.

    Raises TokenRefused.
    """
    claims = _verified(token, keys, terms)
    not_before, ends = _instant(claims, "nbf"), _instant(claims, "exp")
    if now.timestamp() < not_before - LEEWAY_SECONDS:
        raise TokenRefused("is not in force yet")
    if now.timestamp() >= ends + LEEWAY_SECONDS:
        raise TokenRefused("has expired")
    account_id, role, subject = _account(claims, terms), _role(claims, terms), _subject(claims)
    return Principal(
        kind=Kind.USER,
        id=subject,
        caller=f"user/{account_id}/{subject}",
        permissions=of_role(role),
        accounts=frozenset({account_id}),
        role=role,
        ends_at=datetime.fromtimestamp(min(ends + LEEWAY_SECONDS, FAR.timestamp()), UTC),
    )


def _verified(token: str, keys: Sequence[jwt.PyJWK], terms: Terms) -> Mapping[str, Any]:
    for key in keys:
        try:
            claims: Mapping[str, Any] = READER.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                options=OPTIONS,
                audience=terms.audience,
                issuer=terms.issuer,
            )
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError):
            continue  # it may be another one's
        except (PyJWTError, ValueError, RecursionError) as error:
            raise TokenRefused(_told(error)) from None
        return claims
    raise TokenRefused("is not signed by a key that counts here")


def _told(error: Exception) -> str:
    match error:
        case jwt.MissingRequiredClaimError():
            return f"lacks the claim {error.claim}"
        case jwt.InvalidAudienceError():
            return "is for another audience"
        case jwt.InvalidIssuerError():
            return "is of another issuer"
    return "has claims that cannot be read"


def _instant(claims: Mapping[str, Any], name: str) -> float:
    """Seconds since the epoch, a number and nothing that could be read as one."""
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        raise TokenRefused(f"has no time in {name}")
    # a whole number may have hundreds of digits, for which no float has room
    return float(max(0, min(value, FAR.timestamp())))


def _account(claims: Mapping[str, Any], terms: Terms) -> UUID:
    try:
        return UUID(str(claims.get(terms.account_claim)))
    except ValueError:
        raise TokenRefused(f"names no account in {terms.account_claim}") from None


def _role(claims: Mapping[str, Any], terms: Terms) -> Role:
    try:
        return Role(str(claims.get(terms.role_claim)))
    except ValueError:
        raise TokenRefused(f"names no role in {terms.role_claim}") from None


def _subject(claims: Mapping[str, Any]) -> str:
    """It becomes a part of the name that operations remember: something to read, and not without end."""
    subject: str = claims["sub"]
    if not 0 < len(subject) <= SUBJECT_LENGTH_MAX or not subject.isprintable():
        raise TokenRefused("names nobody in sub")
    return subject
