"""Users of customers, who come with a token that the product's app signed for them."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import jwt

from callers.key_sets import shared_keys
from callers.principal import Principal
from callers.tokens import Terms, TokenRefused, read_header, read_token
from ingress.problems import Problem
from ingress.published_keys import PublishedKeys
from settings import Settings

SHARED = frozenset({"HS256"})
PUBLISHED = frozenset({"RS256", "ES256"})


class UserTokens:
    """Reads the tokens of one installation. Which algorithms count follows from what is set, never from a token."""

    def __init__(self, terms: Terms, secrets: Sequence[str], published: PublishedKeys | None) -> None:
        self._terms = terms
        self._shared = shared_keys(secrets)
        self._published = published
        self._algorithms = SHARED if published is None else PUBLISHED

    async def find(self, token: str) -> Principal:
        """The user. Raises Problem 401, and Unavailable where the keys that it could be signed by cannot be fetched."""
        try:
            return read_token(token, await self._keys_for(token), self._terms, datetime.now(UTC))
        except TokenRefused as refused:
            raise Problem(
                401,
                "token_refused",
                f"This token {refused}.",
                {"WWW-Authenticate": 'Bearer error="invalid_token"'},
            ) from None

    def stop(self) -> None:
        """Fetch no more."""
        if self._published is not None:
            self._published.stop()

    async def _keys_for(self, token: str) -> Sequence[jwt.PyJWK]:
        header = read_header(token)
        if header.algorithm not in self._algorithms:
            raise TokenRefused("is not signed in a way that counts here")
        if self._published is None:
            return self._shared.fitting(header)
        return await self._published.fitting(header)


def user_tokens(settings: Settings) -> UserTokens | None:
    """As the settings want it; None where no users come with tokens."""
    secrets = [secret.get_secret_value() for secret in settings.user_token_secrets]
    if not secrets and not settings.user_token_jwks_url:
        return None
    terms = Terms(
        issuer=settings.user_token_issuer,
        audience=settings.user_token_audience,
        account_claim=settings.user_token_account_claim,
        role_claim=settings.user_token_role_claim,
    )
    url = settings.user_token_jwks_url
    return UserTokens(terms, secrets, PublishedKeys(url, time.monotonic) if url else None)
