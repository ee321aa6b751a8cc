"""A payment that its bank takes days over: the customer is done, and until the bank answers nobody can take it back."""

import pytest

from billing.dunning.tables import DunningState
from billing.invoices.tables import InvoiceStatus
from billing.subscriptions.tables import SubscriptionStatus
from database.memory import WorkState
from schemas.commands.base import Command
from schemas.commands.subscriptions import CancelSubscription, ChangePlan, PauseSubscription, PlanChoice
from tests.gateways.sandbox_process import Sandbox
from tests.workers.owing import Changing, Dunned, Owing, Starting
from workers.wiring import Work


def being_processed(owing: Owing) -> str:
    """The customer has paid on the page; which one it is at the gateway."""
    page = str((owing.ask_page().result or {})["checkout_ref"])
    owing.sandbox.pay_later(page)
    return page


def refusal(owing: Owing, command: Command) -> tuple[int, str]:
    """With what a wish is refused."""
    refused = owing.command(command)
    assert refused.state is WorkState.REJECTED, (refused.state, refused.error)
    problem = refused.problem or {}
    return problem["status"], problem["type"].rpartition(":")[2]


def bank_answers(owing: Owing, page: str, *, is_paid: bool) -> None:
    owing.sandbox.clear(page, is_paid=is_paid)
    owing.hear()
    owing.do("charge")


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_start_is_not_canceled_while_its_payment_is_processed(
    work: Work, module_sandbox: Sandbox, is_paid: bool
) -> None:
    """Its owner hears so at once. It begins if the money comes, however late, and expires if it does not."""
    starting = Starting(work, module_sandbox)
    page = being_processed(starting)
    cancel = CancelSubscription(subscription_id=starting.subscription_id)
    assert refusal(starting, cancel) == (409, "payment_under_way")
    assert starting.come_due(hours=24) is SubscriptionStatus.INCOMPLETE
    starting.do("cancel_payment")
    assert starting.rows("cancel_payment") == [("done", "")], "nothing is wrong"
    bank_answers(starting, page, is_paid=is_paid)
    began, expired = (SubscriptionStatus.ACTIVE, InvoiceStatus.PAID), (SubscriptionStatus.EXPIRED, InvoiceStatus.VOID)
    assert (starting.come_due(hours=26), starting.invoice().status) == (began if is_paid else expired)
    assert starting.taken() == ([9_900] if is_paid else [])


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_change_of_plan_stays_pending_while_its_payment_is_processed(
    work: Work, module_sandbox: Sandbox, is_paid: bool
) -> None:
    changing = Changing(work, module_sandbox)
    page, of = being_processed(changing), {"subscription_id": changing.subscription_id}
    for wish in [
        CancelSubscription.model_validate(of),
        PauseSubscription.model_validate(of),
        ChangePlan.model_validate(of | {"plan": PlanChoice(plan="scale")}),
    ]:
        assert refusal(changing, wish) == (409, "change_pending")
    assert changing.expire() == 0
    changing.do("cancel_payment")
    assert changing.rows("cancel_payment") == [("done", "")]
    bank_answers(changing, page, is_paid=is_paid)
    assert changing.expire() == (0 if is_paid else 1)
    after = ("growth", InvoiceStatus.PAID) if is_paid else ("starter", InvoiceStatus.VOID)
    assert (changing.plan(), changing.invoice().status) == after


def test_no_other_page_opens_meanwhile_and_then_the_invoice_is_paid_or_can_be_again(owing: Owing) -> None:
    first = being_processed(owing)
    refused = owing.ask_page()
    assert (refused.state, (refused.problem or {}).get("status")) == (WorkState.REJECTED, 409)
    assert (refused.problem or {})["type"].endswith("payment_under_way")
    bank_answers(owing, first, is_paid=False)
    second = being_processed(owing)
    assert second != first
    bank_answers(owing, second, is_paid=True)
    assert (owing.story(), owing.taken()) == ([("page", "failed"), ("page", "captured")], [2_900])


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_retry_waits_for_what_is_processed(debtor: Dunned, is_paid: bool) -> None:
    page = being_processed(debtor)
    assert debtor.sweep(2.5) == (0, 0)
    debtor.do("cancel_payment")
    assert debtor.rows("cancel_payment") == [("done", "")]
    assert debtor.sweep(2.5) == (0, 0)
    bank_answers(debtor, page, is_paid=is_paid)
    assert debtor.sweep(2.5) == (0 if is_paid else 1, 0)
    assert debtor.dunning().state is (DunningState.RECOVERED if is_paid else DunningState.OPEN)


def test_money_that_clears_for_what_was_given_up_is_kept_and_calls_a_person(
    work: Work, module_sandbox: Sandbox
) -> None:
    """The bank had said no, so the start has expired; then it pays after all."""
    starting = Starting(work, module_sandbox)
    page = being_processed(starting)
    bank_answers(starting, page, is_paid=False)
    assert starting.come_due(hours=26) is SubscriptionStatus.EXPIRED
    starting.capture_late(starting.attempts()[-1])
    assert (starting.invoice().status, starting.kept()) == (InvoiceStatus.VOID, [(9_900, "invoice_void")])
