"""Moments as PayPal writes them: RFC 3339 in UTC, whole seconds."""

from datetime import UTC, datetime


def shown(seconds: int) -> str:
    """1767225600 -> `2026-01-01T00:00:00Z`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
