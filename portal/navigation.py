"""Where the navigation leads, and who is shown the way. The page asks for the permission again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """A link of the navigation. Its label is a catalogue key; `is_own` is what only who is signed in there has."""

    path: str
    label: str
    permission: str
    is_own: bool = False


NAVIGATION = (
    Way("/account/billing", "Plan and billing", "subscriptions:read"),
    Way("/account/credits", "Credits", "credits:read"),
    Way("/account/invoices", "Invoices", "invoices:read"),
    Way("/account/payment-methods", "Payment methods", "payment_methods:read"),
    Way("/account/usage", "Usage", "usage:read"),
    Way("/account/team", "Team", "team:read"),
    Way("/account/settings", "Settings", "accounts:read"),
    Way("/account/sessions", "Sessions", "accounts:read", is_own=True),
)
