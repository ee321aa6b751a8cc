"""What the processes of a trial are told, so that they call the stand-ins and trust who vouches for those."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from settings import (
    SANDBOX_PAYPAL_CLIENT_ID,
    SANDBOX_PAYPAL_CLIENT_SECRET,
    SANDBOX_PAYPAL_MERCHANT_ID,
    SANDBOX_PAYPAL_WEBHOOK_ID,
    SANDBOX_RESEND_KEY,
    SANDBOX_RESEND_WEBHOOK_SECRET,
    SANDBOX_STRIPE_KEY,
    SANDBOX_WEBHOOK_SECRET,
)

ROOT = Path(__file__).resolve().parents[1]
# below the sandbox's home: whom its PayPal's certificates are vouched for by
TRUST_FILE = "paypal/authority.pem"
# makes that one
AUTHORITY = ("-m", "sandbox.paypal.signing")


def environment(url: str, home: Path) -> dict[str, str]:
    """All settings of vendors. `url` is the sandbox's own, without a slash at the end; `home` is absolute."""
    return {
        "STRIPE_API_BASE": url,
        "STRIPE_SECRET_KEY": SANDBOX_STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRETS": SANDBOX_WEBHOOK_SECRET,
        "PAYPAL_API_BASE": f"{url}/paypal",
        "PAYPAL_CLIENT_ID": SANDBOX_PAYPAL_CLIENT_ID,
        "PAYPAL_CLIENT_SECRET": SANDBOX_PAYPAL_CLIENT_SECRET,
        "PAYPAL_MERCHANT_ID": SANDBOX_PAYPAL_MERCHANT_ID,
        "PAYPAL_WEBHOOK_SECRETS": SANDBOX_PAYPAL_WEBHOOK_ID,
        "PAYPAL_TRUST_FILE": str(home / TRUST_FILE),
        "RESEND_API_BASE": url,
        "RESEND_API_KEY": SANDBOX_RESEND_KEY,
        "RESEND_WEBHOOK_SECRETS": SANDBOX_RESEND_WEBHOOK_SECRET,
    }


def arguments(port: int, home: Path, webhook_url: Callable[[str], str]) -> tuple[str, ...]:
    """Of the sandbox itself, whose vendors send their events to `webhook_url` of their names."""
    return (
        *("--port", str(port), "--home", str(home)),
        *("--webhook-url", webhook_url("stripe"), "--paypal-webhook-url", webhook_url("paypal")),
        *("--resend-webhook-url", webhook_url("resend")),
    )


def prepare(home: Path) -> None:
    """Before the first start: whoever is to trust its authority reads that at its own start, without waiting for it."""
    if not (home / TRUST_FILE).exists():
        argv = (sys.executable, *AUTHORITY, str(home))
        subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
