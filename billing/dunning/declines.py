"""Which declines make another try of the same card pointless. Source: https://docs.stripe.com/declines/codes."""

# what a dunning has for a code when there was no card to try
NO_CARD = "no_card"
# and when no card was to be tried
TRANSFER_OVERDUE = "transfer_overdue"
# what it has when a bank has taken back what paid the invoice
CHARGED_BACK = "charged_back"
# nothing was charged, and nothing declined
WITHOUT_A_CHARGE = frozenset({NO_CARD, CHARGED_BACK})

REFUSED_FOR_GOOD = frozenset([
    "do_not_try_again", "fraudulent", "lost_card", "merchant_blacklist", "pickup_card", "restricted_card",
    "revocation_of_all_authorizations", "revocation_of_authorization", "stolen_card", "stop_payment_order",
])  # fmt: skip
DETAILS_ARE_WRONG = frozenset([
    "expired_card", "incorrect_address", "incorrect_cvc", "incorrect_number", "incorrect_zip", "invalid_account",
    "invalid_cvc", "invalid_expiry_month", "invalid_expiry_year", "invalid_number",
    "new_account_information_available",
])  # fmt: skip
NEEDS_THE_CUSTOMER = frozenset([
    "authentication_not_handled", "authentication_required", "incorrect_pin", "invalid_pin",
    "mobile_device_authentication_required", "offline_pin_required", "online_or_offline_pin_required",
    "pin_try_exceeded",
])  # fmt: skip
DOES_NOT_FIT = frozenset(["amount_too_fine", "card_not_supported", "currency_not_supported", "transaction_not_allowed"])

HARD = REFUSED_FOR_GOOD | DETAILS_ARE_WRONG | NEEDS_THE_CUSTOMER | DOES_NOT_FIT | WITHOUT_A_CHARGE


def is_hard(code: str) -> bool:
    """Whether only another card, or the customer in person, can help. Unknown codes are soft: they may pass later."""
    return code in HARD
