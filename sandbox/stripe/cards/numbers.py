"""The published test cards (https://docs.stripe.com/testing): their numbers, names and behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sandbox.stripe.cards import declines
from sandbox.stripe.cards.declines import Decline

# when the issuer asks the buyer for 3D Secure: always; unless the card was set up for payments without the buyer;
# or only with the buyer present, since it counts as set up already
Authentication = Literal["never", "always", "unless_set_up", "already_set_up"]
Risk = Literal["normal", "elevated", "highest"]
# what happens some time after a charge, or after a refund of one, that succeeded
Afterwards = Literal[
    "nothing",
    "fraudulent",
    "product_not_received",
    "inquiry",
    "refund_succeeds_late",
    "refund_fails_late",
]
LINE1, POSTAL, CVC = "address_line1_check", "address_postal_code_check", "cvc_check"


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `decline` says why it cannot be charged; unless it `saves`, it cannot be saved either."""

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline: Decline | None = None
    saves: bool = False
    authentication: Authentication = "never"
    risk: Risk = "normal"
    checks: Mapping[str, str] = field(default_factory=dict)
    afterwards: Afterwards = "nothing"

    @property
    def last4(self) -> str:
        """The digits one may show."""
        return self.number[-4:]


def _declines(number: str, code: str, *, saves: bool = False, authentication: Authentication = "never") -> Card:
    checks = {CVC: "fail"} if code == "incorrect_cvc" else {}
    return Card(number, decline=declines.of_code(code), saves=saves, authentication=authentication, checks=checks)


# name: pm_card_NAME and tok_NAME
BY_BRAND = {
    "visa": Card("4242424242424242"),
    "visa_debit": Card("4000056655665556", funding="debit"),
    "mastercard": Card("5555555555554444", "mastercard"),
    "mastercard_2_series": Card("2223003122003222", "mastercard"),
    "mastercard_debit": Card("5200828282828210", "mastercard", "debit"),
    "mastercard_prepaid": Card("5105105105105100", "mastercard", "prepaid"),
    "amex": Card("378282246310005", "amex"),
    "amex_second": Card("371449635398431", "amex"),
    "discover": Card("6011111111111117", "discover"),
    "discover_second": Card("6011000990139424", "discover"),
    "discover_debit": Card("6011981111111113", "discover", "debit"),
    "diners": Card("3056930009020004", "diners"),
    "diners_14_digits": Card("36227206271667", "diners"),
    "bccard": Card("6555900000604105", "discover", country="KR"),
    "jcb": Card("3566002020360505", "jcb", country="JP"),
    "unionpay": Card("6200000000000005", "unionpay", country="CN"),
    "unionpay_debit": Card("6200000000000047", "unionpay", "debit", "CN"),
    "unionpay_19_digits": Card("6205500000000000004", "unionpay", country="CN"),
}

COUNTRY_NUMBERS = {
    "ar": "4000000320000021",
    "br": "4000000760000002",
    "ca": "4000001240000000",
    "cl": "4000001520000001",
    "co": "4000001700000003",
    "cr": "4000001880000005",
    "ec": "4000002180000000",
    "mx": "4000004840008001",
    "pa": "4000005910000000",
    "py": "4000006000000066",
    "pe": "4000006040000068",
    "uy": "4000008580000003",
    "ae": "4000007840000001",
    "at": "4000000400000008",
    "be": "4000000560000004",
    "bg": "4000001000000000",
    "by": "4000001120000005",
    "hr": "4000001910000009",
    "cy": "4000001960000008",
    "cz": "4000002030000002",
    "dk": "4000002080000001",
    "ee": "4000002330000009",
    "fi": "4000002460000001",
    "fr": "4000002500000003",
    "de": "4000002760000016",
    "gi": "4000002920000005",
    "gr": "4000003000000030",
    "hu": "4000003480000005",
    "ie": "4000003720000005",
    "it": "4000003800000008",
    "lv": "4000004280000005",
    "li": "4000004380000004",
    "lt": "4000004400000000",
    "lu": "4000004420000006",
    "mt": "4000004700000007",
    "nl": "4000005280000002",
    "no": "4000005780000007",
    "pl": "4000006160000005",
    "pt": "4000006200000007",
    "ro": "4000006420000001",
    "sa": "4000006820000007",
    "si": "4000007050000006",
    "sk": "4000007030000001",
    "es": "4000007240000007",
    "se": "4000007520000008",
    "ch": "4000007560000009",
    "gb": "4000008260000000",
    "au": "4000000360000006",
    "cn": "4000001560000002",
    "hk": "4000003440000004",
    "in": "4000003560000008",
    "jp": "4000003920000003",
    "my": "4000004580000002",
    "nz": "4000005540000008",
    "sg": "4000007020000003",
    "tw": "4000001580000008",
}
BY_COUNTRY = {code: Card(number, country=code.upper()) for code, number in COUNTRY_NUMBERS.items()}
BY_COUNTRY |= {
    "gb_debit": Card("4000058260000005", funding="debit", country="GB"),
    "gb_mastercard": Card("5555558265554449", "mastercard", country="GB"),
    "th_credit": Card("4000007640000003", country="TH"),
    "th_debit": Card("4000057640000008", funding="debit", country="TH"),
}

DECLINING = {
    "visa_chargeDeclined": _declines("4000000000000002", "generic_decline"),
    "visa_chargeDeclinedInsufficientFunds": _declines("4000000000009995", "insufficient_funds"),
    "visa_chargeDeclinedLostCard": _declines("4000000000009987", "lost_card"),
    "visa_chargeDeclinedStolenCard": _declines("4000000000009979", "stolen_card"),
    "chargeDeclinedExpiredCard": _declines("4000000000000069", "expired_card"),
    "chargeDeclinedIncorrectCvc": _declines("4000000000000127", "incorrect_cvc"),
    "chargeDeclinedProcessingError": _declines("4000000000000119", "processing_error"),
    "visa_chargeDeclinedVelocityLimitExceeded": _declines("4000000000006975", "card_velocity_exceeded"),
    # this one can be saved with a customer; only charging it fails
    "chargeCustomerFail": _declines("4000000000000341", "generic_decline", saves=True),
}

FRAUDULENT = {
    "radarBlock": Card("4100000000000019", decline=declines.of_code("fraudulent"), risk="highest"),
    # what Radar makes of it is up to the seller's rules: here it may pay
    "riskLevelHighest": Card("4000000000004954", risk="highest"),
    "riskLevelElevated": Card("4000000000009235", risk="elevated"),
    "cvcCheckFail": Card("4000000000000101", checks={CVC: "fail"}),
    "avsZipFail": Card("4000000000000036", checks={POSTAL: "fail"}),
    "avsLine1Fail": Card("4000000000000028", checks={LINE1: "fail"}),
    "avsFail": Card("4000000000000010", checks={LINE1: "fail", POSTAL: "fail"}),
    "avsUnchecked": Card("4000000000000044", checks={LINE1: "unavailable", POSTAL: "unavailable"}),
}

THREE_D_SECURE = {
    "authenticationRequiredOnSetup": Card("4000002500003155", authentication="unless_set_up"),
    "authenticationRequired": Card("4000002760003184", authentication="always"),
    "authenticationRequiredSetupForOffSession": Card("4000003800000446", authentication="already_set_up"),
    "authenticationRequiredChargeDeclinedInsufficientFunds": _declines(
        "4000008260003178", "insufficient_funds", saves=True, authentication="unless_set_up"
    ),
    "threeDSecure2Required": Card("4000000000003220", authentication="always"),
    "threeDSecureRequired": Card("4000000000003063", authentication="always"),
    "threeDSecureRequiredChargeDeclined": _declines("4000008400001629", "generic_decline", authentication="always"),
    # the question to the issuer fails, so the buyer is never asked
    "threeDSecureRequiredProcessingError": _declines("4000008400001280", "generic_decline"),
    "threeDSecureOptional": Card("4000000000003055"),
    "threeDSecureOptionalProcessingError": Card("4000000000003097"),
}

MONEY_BACK = {
    "createDispute": Card("4000000000000259", afterwards="fraudulent"),
    "createDisputeProductNotReceived": Card("4000000000002685", afterwards="product_not_received"),
    "createDisputeInquiry": Card("4000000000001976", afterwards="inquiry"),
    "pendingRefund": Card("4000000000007726", afterwards="refund_succeeds_late"),
    "refundFail": Card("4000000000005126", afterwards="refund_fails_late"),
}

BY_NAME = {**BY_BRAND, **BY_COUNTRY, **DECLINING, **FRAUDULENT, **THREE_D_SECURE, **MONEY_BACK}
CARDS = {card.number: card for card in BY_NAME.values()}
ALIASES = {
    "us": "visa",
    "chargeDeclined": "visa_chargeDeclined",
    "chargeDeclinedInsufficientFunds": "visa_chargeDeclinedInsufficientFunds",
    "visa_threeDSecureNotEnrolled": "visa",
    "amex_threeDSecureNotSupported": "amex",
}
NAMES = {name: card.number for name, card in BY_NAME.items()} | {
    alias: BY_NAME[name].number for alias, name in ALIASES.items()
}
PAYMENT_METHODS = {f"pm_card_{name}": number for name, number in NAMES.items()}
TOKENS = {f"tok_{name}": number for name, number in NAMES.items()}

# published, but what they set going (fraud warnings, several disputes at once, captchas, PINs, available balances) is
# not imitated: refused, never ignored
NOT_IMITATED = frozenset(
    [
        "4000000000005423",
        "4000000404000079",
        "4000000404000038",
        "4000000000000077",
        "4000003720000278",
        "4000000000001208",
        "4000000000003725",
        "4001007020000002",
        "4000008260000075",
    ]
)
