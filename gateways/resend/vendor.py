"""Resend, as the registry opens it."""

from collections.abc import Mapping
from typing import Any

from gateways.ports import EmailGateway
from gateways.resend.client import ResendGateway


def open_email(values: Mapping[str, Any]) -> EmailGateway:
    """`api_key` (a SecretStr), and `api_base` (empty: Resend's own)."""
    return ResendGateway(values["api_key"].get_secret_value(), values["api_base"] or None)
