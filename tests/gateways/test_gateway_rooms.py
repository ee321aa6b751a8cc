"""Who pays for which vendor's package."""

import subprocess
import sys

import pytest

CHEAP = [
    *("gateways.ports", "gateways.stripe.signatures", "gateways.stripe.events", "gateways.stripe.translate"),
    *("gateways.paypal.door", "gateways.paypal.signatures", "gateways.paypal.events", "gateways.paypal.translate"),
]
VENDORS = {"stripe", "resend", "requests"}


@pytest.mark.parametrize("module", CHEAP)
def test_the_ingress_does_not_import_a_vendors_package(module: str) -> None:
    script = f"import sys, {module}; print(*({VENDORS!r} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == ""
