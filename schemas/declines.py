"""Why a card was refused, in a sentence that its owner may read.

Source: https://docs.stripe.com/declines/codes. It asks not to tell a customer that a card was reported lost or stolen
or that a payment looked fraudulent, since the reader may be the thief: such codes are missing here on purpose and get
the generic sentence, as every code does that gives the reader nothing to act on.
"""

GENERIC = "Your bank declined the payment."

_LIMIT = "The payment is above the limit of your card."
_CHECK_DETAILS = "The card details we have on file are not correct."
_NOT_SUPPORTED = "Your card does not support this kind of payment."
_TEMPORARY = "Your bank could not process the payment at that moment."
_CONFIRM = "Your bank asks you to confirm this payment."

SENTENCES = {
    "amount_too_large": _LIMIT,
    "authentication_not_handled": _CONFIRM,
    "authentication_required": _CONFIRM,
    "approve_with_id": _TEMPORARY,
    "card_not_supported": _NOT_SUPPORTED,
    "charged_back": "Your bank has taken back what you had paid.",
    "card_velocity_exceeded": _LIMIT,
    "currency_not_supported": "Your card does not support the currency of this payment.",
    "expired_card": "Your card has expired.",
    "incorrect_address": "The billing address does not match the one your bank knows.",
    "incorrect_cvc": _CHECK_DETAILS,
    "incorrect_number": _CHECK_DETAILS,
    "incorrect_zip": "The postal code does not match the one your bank knows.",
    "insufficient_funds": "Your card has insufficient funds.",
    "invalid_account": "The card, or the account behind it, is not valid.",
    "invalid_cvc": _CHECK_DETAILS,
    "invalid_expiry_month": _CHECK_DETAILS,
    "invalid_expiry_year": _CHECK_DETAILS,
    "invalid_number": _CHECK_DETAILS,
    "issuer_not_available": _TEMPORARY,
    "new_account_information_available": "The card, or the account behind it, has changed.",
    "paid_in_part": "Only a part of the amount arrived.",
    "processing_error": _TEMPORARY,
    "reenter_transaction": _TEMPORARY,
    "try_again_later": _TEMPORARY,
    "withdrawal_count_limit_exceeded": _LIMIT,
}


def explain_decline(code: str) -> str:
    """One sentence for the customer. Unknown and fraud-sensitive codes all get GENERIC."""
    return SENTENCES.get(code, GENERIC)
