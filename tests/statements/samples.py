"""One day of one account as three files of one bank, and the parts of such files."""

from billing.manual_payments.reference import printed_reference, reference_of

ACCOUNT = "DE89370400440532013000"
FIRST, SECOND = "INV-2026-11-00001", "INV-2026-11-00002"


def mt940(*entries: str, opening: str = "C261121EUR100,00", closing: str, number: str = "12/1") -> str:
    """A message with these entries, each as fields 61 and 86."""
    return "\n".join(
        [":20:STARTUMSE", f":25:{ACCOUNT}", f":28C:{number}", f":60F:{opening}", *entries, f":62F:{closing}", "-"]
    )


MT940 = mt940(
    ":61:2611221122C58,31NTRFNONREF//BANK-0001\n"
    f":86:166?00CREDIT?20SVWZ+{reference_of(FIRST)}?30COBADEFFXXX?31DE02120300000000202051?32UMA'S ORCHARD",
    f":61:2611221122C29,99NTRFNONREF//BANK-0002\n:86:Thank you {printed_reference(SECOND)}",
    ":61:2611221122D10,00NTRFNONREF//BANK-0003\n:86:Fee",
    closing="C261122EUR178,30",
)


def camt_entry(
    amount: str,
    ref: str,
    text: str = "",
    *,
    debit: bool = False,
    payer: str = "",
    reversal: bool = False,
    details: str = "",
) -> str:
    """An entry with one payment, or with the given details."""
    reversed_ = "<RvslInd>true</RvslInd>" if reversal else ""
    given = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    other = f"<RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr></RltdPties>" if payer else ""
    words = f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else ""
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{"DBIT" if debit else "CRDT"}</CdtDbtInd>{reversed_}
      <Sts>BOOK</Sts><BookgDt><Dt>2026-11-22</Dt></BookgDt>{given}
      <NtryDtls>{details or f"<TxDtls>{other}{words}</TxDtls>"}</NtryDtls></Ntry>"""


def camt_balance(kind: str, amount: str) -> str:
    """So much stands on the account."""
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    )


def camt(*entries: str, closing: str, version: str = "08", balances: str | None = None) -> str:
    """A statement with these entries, from 100.00 euros to the closing balance."""
    if balances is None:
        balances = camt_balance("OPBD", "100.00") + camt_balance("CLBD", closing)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
  <Stmt><Id>2026-326</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{"".join(entries)}</Stmt>
</BkToCstmrStmt></Document>"""


CAMT = camt(
    camt_entry(
        "58.31", "BANK-0001", details=f"""<TxDtls><RltdPties><Dbtr><Pty><Nm>Uma's Orchard</Nm></Pty></Dbtr></RltdPties>
        <RmtInf><Strd><CdtrRefInf><Ref>{reference_of(FIRST)}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>""",
    ),
    camt_entry("29.99", "BANK-0002", f"Thank you {printed_reference(SECOND)}"),
    camt_entry("10.00", "BANK-0003", "Fee", debit=True),
    closing="178.30",
)  # fmt: skip

CSV = f"""booked_on;amount;currency;account;bank_reference;text;payer
2026-11-22;58,31;EUR;{ACCOUNT};BANK-0001;{reference_of(FIRST)};Uma's Orchard
22.11.2026;29,99;EUR;{ACCOUNT};BANK-0002;Thank you {printed_reference(SECOND)};
2026-11-22;-10,00;EUR;{ACCOUNT};BANK-0003;Fee;
"""
