"""Questions to the books that must have no answer, one per file; asked by beat and after every chaos run."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from billing.invariants import (
    approved_claims_are_received,
    balances_are_proved,
    capture_is_one_receipt,
    commands_are_audited,
    credit_notes_add_up,
    credits_are_proved,
    disputes_are_met,
    invoice_and_ledger_agree,
    invoice_numbers_have_no_gap,
    ledger_sums_to_zero,
    mrr_is_proved,
    nothing_waits_too_long,
    paid_invoice_is_covered,
    pending_change_waits,
    reversals_are_proved,
    statement_lines_are_received,
    tax_is_proved,
    teams_have_owners,
    usage_is_proved,
)

QUESTIONS: dict[str, Callable[[Session], list[str]]] = {
    module.__name__.rpartition(".")[2]: module.ask
    for module in (
        ledger_sums_to_zero,
        invoice_numbers_have_no_gap,
        paid_invoice_is_covered,
        capture_is_one_receipt,
        approved_claims_are_received,
        statement_lines_are_received,
        invoice_and_ledger_agree,
        balances_are_proved,
        reversals_are_proved,
        credit_notes_add_up,
        tax_is_proved,
        credits_are_proved,
        usage_is_proved,
        disputes_are_met,
        pending_change_waits,
        mrr_is_proved,
        teams_have_owners,
        nothing_waits_too_long,
        commands_are_audited,
    )
}


def violations(session: Session) -> list[str]:
    """Every answer to every question, each with the question's name in front."""
    return [f"{name}: {answer}" for name, ask in QUESTIONS.items() for answer in ask(session)]
