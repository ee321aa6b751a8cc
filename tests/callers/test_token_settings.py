"""Users' tokens are read in one way, and whole, or not at all: a door that is told half of it does not start."""

from typing import Any

import pytest
from pydantic import SecretStr

from ingress.user_tokens import user_tokens
from setting_needs import unmet
from settings import Settings
from tests.callers.issuers import AUDIENCE, ISSUER, SECRET

DOOR: dict[str, Any] = {"ingress_database_url": "postgresql://door:x@nowhere/none", "broker_url": "redis://nowhere"}
WHOLE: dict[str, Any] = {
    "user_token_issuer": ISSUER, "user_token_audience": AUDIENCE, "user_token_secrets": (SecretStr(SECRET),),
}  # fmt: skip
BY_KEYS: dict[str, Any] = {**WHOLE, "user_token_secrets": (), "user_token_jwks_url": "http://app.example/keys"}


def test_without_a_word_there_are_no_users() -> None:
    assert user_tokens(Settings(**DOOR)) is None
    assert unmet(Settings(**DOOR), "ingress") == []
    assert unmet(Settings(**DOOR, **WHOLE), "ingress") == []


@pytest.mark.parametrize("name", ["user_token_issuer", "user_token_audience", "user_token_role_claim"])
def test_each_of_them_is_asked_for(name: str) -> None:
    assert unmet(Settings(**DOOR, **{**WHOLE, name: ""}), "ingress") == [f"{name.upper()} is not set"]


def test_one_way_alone() -> None:
    (told,) = unmet(Settings(**DOOR, **{**WHOLE, "user_token_jwks_url": "https://app.example/keys"}), "ingress")
    assert told.startswith("USER_TOKEN_SECRETS has to be empty")


def test_keys_come_unread_by_others_where_it_counts() -> None:
    assert unmet(Settings(**DOOR, **BY_KEYS), "ingress") == [], "a trial may"
    told = unmet(Settings(**DOOR, **BY_KEYS, cashbeat_env="production"), "ingress")
    assert [each for each in told if "USER_TOKEN_JWKS_URL must be https" in each]


def test_whoever_talks_to_no_user_is_told_no_secret() -> None:
    assert unmet(Settings(worker_database_url="postgresql://w:x@nowhere/none", broker_url="redis://nowhere",
                          **{**WHOLE, "user_token_issuer": ""}), "payments") == []  # fmt: skip
