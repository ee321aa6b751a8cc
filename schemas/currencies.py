"""Currencies by their codes, and how many decimals their amounts have."""

from typing import Annotated

from pydantic import AfterValidator

from schemas.json_shapes import shape

# ISO 4217 as of 2026, without metals, funds and accounting units.
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())

# Those whose minor unit is not a hundredth. Of the ariary (MGA) ISO has a fifth; nobody prices it.
EXPONENTS = dict.fromkeys(
    [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV",
        "XAF", "XOF", "XPF",
    ], 0,
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)  # fmt: skip
EXPONENT_DEFAULT = 2


def exponent(currency: str) -> int:
    """Decimal places between the major and the minor unit of a currency."""
    return EXPONENTS.get(currency, EXPONENT_DEFAULT)


def _known(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError("must be the three capital letters of a currency, as ISO 4217 has them")
    return value


Currency = Annotated[str, AfterValidator(_known), shape("USD", component="Currency", enum=sorted(CURRENCIES))]
