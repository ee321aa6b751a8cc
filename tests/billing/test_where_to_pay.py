"""Money by hand goes where the customer's country is offered, and nowhere else."""

from uuid import UUID

import pytest

from billing.errors import Rejected
from billing.manual_payments.choose import choose_manual_payment
from billing.notices.describe_invoice import describe_invoice
from billing.notices.letterhead import Letterhead
from billing.payment_methods.tables import ManualMethod, PaymentMethodConfig
from database.ids import uuid7
from schemas.documents import InvoiceFacts, PartyFacts
from schemas.transfer_facts import BankFacts
from tests.billing.payers import Payer

LETTERHEAD = Letterhead(
    PartyFacts("Engine Ltd"), "", "Engine Bank\nIBAN GB33 BUKB 2020 1555 5555 55\nBIC BUKBGB22", {}, str
)


def _described(payer: Payer, invoice_id: UUID) -> InvoiceFacts:
    with payer.database.transaction() as session:
        return describe_invoice(session, invoice_id, LETTERHEAD)


def _offer(payer: Payer, method: ManualMethod, **fields: object) -> None:
    row = {"id": uuid7(), "country": "rest", "method": method, "display_name": "By hand", "sort_order": 1, **fields}
    with payer.database.transaction() as session:
        session.add(PaymentMethodConfig(**row))


def test_until_an_account_is_set_the_sellers_own_instructions_say_it(remitter: Payer) -> None:
    facts = _described(remitter, remitter.order())
    assert facts.payment_instructions == LETTERHEAD.payment_instructions
    assert facts.bank == BankFacts("Engine Ltd", "GB33BUKB20201555555555", "BUKBGB22")
    assert facts.pays_by == "transfer"


def test_an_account_that_is_set_takes_their_place(remitter: Payer) -> None:
    _offer(
        remitter, ManualMethod.BANK_TRANSFER, instructions="Thank you.", iban="DE89370400440532013000",
        bic="COBADEFFXXX", account_name="Engine GmbH",
    )  # fmt: skip
    facts = _described(remitter, remitter.order())
    assert facts.payment_instructions.splitlines() == [
        "Thank you.", "Engine GmbH", "IBAN DE89 3704 0044 0532 0130 00", "BIC COBADEFFXXX",
    ]  # fmt: skip
    assert facts.bank == BankFacts("Engine GmbH", "DE89370400440532013000", "COBADEFFXXX")


def test_a_wallet_has_no_bank(remitter: Payer) -> None:
    _offer(remitter, ManualMethod.LOCAL_WALLET, wallet_kind="M-Pesa", wallet_id="0712 345678")
    facts = _described(remitter, remitter.order(method=ManualMethod.LOCAL_WALLET))
    assert (facts.payment_instructions, facts.bank, facts.pays_by) == ("M-Pesa: 0712 345678", None, "wallet")


def test_what_a_country_is_not_offered_is_refused(remitter: Payer) -> None:
    _offer(remitter, ManualMethod.LOCAL_WALLET, wallet_kind="M-Pesa", wallet_id="0712 345678")
    with pytest.raises(Rejected) as refusal:
        remitter.order()
    assert refusal.value.code == "method_not_offered"


def test_an_open_invoice_is_not_put_on_a_way_that_is_not_offered_and_keeps_its_own(remitter: Payer) -> None:
    invoice_id = remitter.order()
    _offer(remitter, ManualMethod.LOCAL_WALLET, wallet_kind="M-Pesa", wallet_id="0712 345678", currencies=["KES"])
    for method in ManualMethod:
        with pytest.raises(Rejected) as refusal, remitter.database.transaction() as session:
            choose_manual_payment(session, invoice_id, method, f"operation/{uuid7()}")
        assert refusal.value.code == "method_not_offered"
    assert _described(remitter, invoice_id).payment_instructions == LETTERHEAD.payment_instructions
