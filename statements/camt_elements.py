"""What elements of a CAMT.053 say: texts, and amounts with their direction."""

from xml.etree.ElementTree import Element

from statements.amounts import minor_units
from statements.refusal import bad_statement


def text_of(parent: Element, path: str) -> str:
    """What the first element under a path says; empty where there is none."""
    return (parent.findtext(path) or "").strip()


def amount_of(parent: Element) -> tuple[int, str]:
    """Minor units and their currency, by the direction of this very movement, also where it takes another back.

    Raises Rejected `bad_statement`.
    """
    amount = parent.find("Amt")
    if amount is None:
        raise bad_statement("an entry or balance of it has no amount")
    minor, currency = _told(amount)
    return directed(minor, text_of(parent, "CdtDbtInd")), currency


def share_of(payment: Element, whole: tuple[int, str]) -> int | None:
    """A payment's share of its entry, in minor units; None where the bank does not tell it in the entry's currency.

    It goes where the entry goes, unless the payment says that it went the other way. Raises Rejected `bad_statement`.
    """
    of_entry = "DBIT" if whole[0] < 0 else "CRDT"
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount = payment.find(path)
        if amount is not None and amount.get("Ccy") == whole[1]:
            return directed(_told(amount)[0], text_of(payment, "CdtDbtInd") or of_entry)
    return None


def directed(minor: int, direction: str) -> int:
    """Above zero for what came, below for what left; raises Rejected `bad_statement` for another direction."""
    if direction not in {"CRDT", "DBIT"}:
        raise bad_statement("an entry or balance of it is neither CRDT nor DBIT")
    return -minor if direction == "DBIT" else minor


def _told(amount: Element) -> tuple[int, str]:
    currency = amount.get("Ccy", "")
    return minor_units((amount.text or "").strip(), currency), currency
