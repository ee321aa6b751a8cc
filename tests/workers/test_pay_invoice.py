"""A page for an unpaid invoice, and everything else that may be under way for it: the money is taken once."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from billing.cards.detach import detach_card
from billing.clocks.wall import Wall
from billing.dunning.tables import DunningState
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.begin_charges import begin_charges
from billing.subscriptions.tables import SubscriptionStatus
from calls.look_up_payments import look_up_payments
from database.memory import WorkState
from database.outbox import OutboxEntry
from schemas.commands.payments import PayInvoice
from schemas.commands.subscriptions import CancelSubscription, ChangePlan, PauseSubscription, PlanChoice
from tests.gateways.sandbox_process import Sandbox
from tests.workers.gateway_run import JANUARY_31, Subscriber, bills, deliver
from tests.workers.owing import Changing, Dunned, Owing, Starting
from workers.wiring import Work

OTHER_CARD = "5555 5555 5555 4444"
CHALLENGING_CARD = "4000 0027 6000 3184"
MARCH_1 = JANUARY_31 + timedelta(days=29)
INTENTS = {"method": "POST", "path": "/v1/payment_intents"}


@pytest.mark.parametrize("card", [OTHER_CARD, CHALLENGING_CARD])
def test_an_unpaid_invoice_is_paid_in_person(debtor: Dunned, card: str) -> None:
    """With any card, 3-D Secure included; the subscription that waited for the money goes on, and the card is kept."""
    assert debtor.subscription().status is SubscriptionStatus.PAST_DUE
    assert debtor.sandbox.pay(debtor.open_page(), card) == 303
    debtor.hear()
    assert (debtor.invoice().status, debtor.taken()) == (InvoiceStatus.PAID, [9_900, 9_900])
    assert debtor.subscription().status is SubscriptionStatus.ACTIVE
    assert debtor.dunning().state is DunningState.RECOVERED
    assert debtor.saved_cards() == 2
    assert debtor.sweep(10) == (0, 0)
    assert debtor.ask_page().problem["status"] == 409  # type: ignore[index]  # refused
    assert debtor.ask_page().problem["type"].endswith("invoice_paid")  # type: ignore[index]


def test_a_purchase_that_is_paid_on_a_page_keeps_no_card(owing: Owing) -> None:
    assert owing.sandbox.pay(owing.open_page(), OTHER_CARD) == 303
    owing.hear()
    assert (owing.invoice().status, owing.taken(), owing.saved_cards()) == (InvoiceStatus.PAID, [2_900], 1)


def test_while_a_page_is_open_it_is_the_only_one_and_then_there_is_another(owing: Owing) -> None:
    first = owing.open_page()
    assert owing.open_page() == first
    assert owing.sandbox.pay(first, "4000 0000 0000 9995") == 402
    assert owing.open_page() == first, "a declined card is no end"
    owing.let_page_expire()
    second = owing.open_page()
    assert second != first
    assert owing.story() == [("page", "expired"), ("page", "pending")]
    assert owing.sandbox.pay(second) == 303
    owing.hear()
    assert (owing.invoice().status, owing.taken()) == (InvoiceStatus.PAID, [2_900])


def test_what_is_asked_for_is_what_is_left(owing: Owing) -> None:
    owing.part_paid(1_000)
    assert (owing.ask_page().result or {})["total_minor"] == 1_900


def test_what_was_given_up_may_still_be_paid(work: Work, module_sandbox: Sandbox) -> None:
    debtor = Dunned(work, module_sandbox, "stolen_card")
    assert debtor.sweep(9) == (0, 1)
    assert debtor.invoice().status is InvoiceStatus.UNCOLLECTIBLE
    assert debtor.sandbox.pay(debtor.open_page(), OTHER_CARD) == 303
    debtor.hear()
    assert (debtor.invoice().status, debtor.subscription().status) == (
        InvoiceStatus.PAID, SubscriptionStatus.CANCELED,
    )  # fmt: skip


def test_a_page_that_the_gateway_refuses_holds_up_nothing(work: Work, module_sandbox: Sandbox) -> None:
    """Ten cents are less than it takes."""
    owing = Owing(work, module_sandbox, minor=10)
    assert (owing.ask_page().problem or {})["type"].endswith("amount_too_small")
    assert owing.story() == [("page", "expired")]
    owing.intend()


def test_a_page_whose_opening_was_never_answered_is_given_up_when_its_time_is_over(owing: Owing) -> None:
    owing.sandbox.arm("timeout_before", method="POST", path="/v1/checkout/sessions", count=1)
    assert owing.ask_page().state is WorkState.READY
    for hours, story in [(22, ("page", "unknown")), (25, ("page", "expired"))]:
        later = Wall(owing.work.wall().at + timedelta(hours=hours))
        look_up_payments(replace(owing.work, wall=partial(_same, later)))
        assert owing.story() == [story]


def _same(wall: Wall) -> Wall:
    return wall


def test_an_answer_that_was_lost_is_the_same_page_when_it_is_asked_for_again(owing: Owing) -> None:
    owing.sandbox.arm("answer_lost", method="POST", path="/v1/checkout/sessions", count=1)
    lost = owing.ask_page()
    assert (lost.state, owing.story()) == (WorkState.READY, [("page", "unknown")])
    other = owing.ask_page()
    assert other.state is WorkState.DONE, "it is found at the gateway, closed, and another takes its place"
    assert owing.story() == [("page", "expired"), ("page", "pending")]
    assert owing.run(lost.id).state is not WorkState.READY
    assert owing.sandbox.pay(str((other.result or {})["checkout_url"])) == 303
    owing.hear()
    assert owing.taken() == [2_900]


# ---- races ----


def test_a_charge_that_is_due_makes_way_for_who_comes_in_person(debtor: Dunned) -> None:
    assert debtor.sweep(1.6) == (1, 0)
    page = debtor.open_page()
    debtor.do("charge")
    assert debtor.story() == [("charge", "failed"), ("charge", "expired"), ("page", "pending")]
    assert debtor.sandbox.pay(page, OTHER_CARD) == 303
    debtor.hear()
    assert debtor.taken() == [9_900, 9_900]


def test_a_retry_that_is_due_waits_for_an_open_page_and_closes_it_after_an_hour(debtor: Dunned) -> None:
    page, due_at = debtor.open_page(), debtor.dunning().next_attempt_at
    assert due_at is not None
    days = (due_at - debtor.work.wall().at).total_seconds() / 86_400
    assert debtor.sweep(days + 0.01) == (0, 0)
    debtor.do("cancel_payment")
    assert debtor.story() == [("charge", "failed"), ("page", "pending")]

    assert debtor.sweep(days + 0.05) == (0, 0)
    debtor.do("cancel_payment")
    debtor.card_declines(None)
    assert debtor.sweep(days + 0.05) == (1, 0)
    debtor.do("charge")
    assert debtor.story() == [("charge", "failed"), ("page", "expired"), ("charge", "captured")]
    assert debtor.sandbox.pay(page, OTHER_CARD) != 303
    assert (debtor.invoice().status, debtor.taken()) == (InvoiceStatus.PAID, [9_900, 9_900])


def test_a_page_that_is_paid_at_the_moment_at_which_a_retry_closes_it_has_paid(debtor: Dunned) -> None:
    page = debtor.open_page()
    assert debtor.sweep(2.5) == (0, 0)
    assert debtor.sandbox.pay(page, OTHER_CARD) == 303
    debtor.do("cancel_payment")
    assert debtor.story() == [("charge", "failed"), ("page", "captured")]
    assert (debtor.sweep(2.5), debtor.invoice().status) == ((0, 0), InvoiceStatus.PAID)
    debtor.do("charge")
    assert debtor.taken() == [9_900, 9_900]


@pytest.mark.parametrize("is_paid", [False, True])
def test_a_card_that_is_named_while_a_page_is_open_closes_it_first(debtor: Dunned, is_paid: bool) -> None:
    page = debtor.open_page()
    debtor.use_card("pm_card_mastercard")
    debtor.do("charge")
    assert debtor.story() == [("charge", "failed"), ("page", "pending")], "not both at the same time"
    if is_paid:
        assert debtor.sandbox.pay(page, OTHER_CARD) == 303
    debtor.do("cancel_payment")
    debtor.do("charge")
    last = [("page", "captured")] if is_paid else [("page", "expired"), ("charge", "captured")]
    assert debtor.story() == [("charge", "failed"), *last]
    assert (debtor.invoice().status, debtor.taken()) == (InvoiceStatus.PAID, [9_900, 9_900])


def test_a_charge_whose_answer_was_lost_is_asked_about_before_a_page_opens(debtor: Dunned) -> None:
    debtor.card_declines(None)
    debtor.sweep(1.6)
    debtor.sandbox.arm("answer_lost", **INTENTS, count=1)
    debtor.do("charge")
    assert debtor.story()[-1] == ("charge", "unknown")
    refused = debtor.ask_page()
    assert (refused.problem or {})["type"].endswith("invoice_paid"), "it had paid"
    assert (debtor.story()[-1], debtor.taken()) == (("charge", "captured"), [9_900, 9_900])


def test_no_page_opens_while_nobody_knows_of_a_charge(debtor: Dunned) -> None:
    """It was claimed a moment ago and may be on its way: the command waits for its answer."""
    debtor.sweep(1.6)
    sent = debtor.attempts()[-1].id
    with debtor.work.database.transaction() as session:
        claimed = OutboxEntry.topic == "charge", OutboxEntry.subject_id == sent
        session.execute(update(OutboxEntry).where(*claimed).values(attempts=1))
        begin_charges(session, [sent], debtor.work.wall())
    waiting = debtor.ask_page()
    assert (waiting.state, debtor.story()[-1]) == (WorkState.READY, ("charge", "unknown"))
    debtor.do("charge")
    assert debtor.story()[-1] == ("charge", "failed")
    assert debtor.run(waiting.id).state is WorkState.DONE
    assert debtor.story()[-1] == ("page", "pending")


def test_a_charge_that_pays_after_all_closes_the_page_that_took_its_place(debtor: Dunned) -> None:
    """Both are captured nevertheless: the second is kept."""
    page, declined = debtor.open_page(), debtor.attempts()[0]
    debtor.capture_late(declined)
    assert debtor.invoice().status is InvoiceStatus.PAID
    debtor.do("cancel_payment")
    assert debtor.story() == [("charge", "captured"), ("page", "expired")]
    assert debtor.sandbox.pay(page) != 303


def test_a_charge_that_made_way_is_begun_again_when_nobody_pays_on_the_page(owing: Owing) -> None:
    owing.intend()
    owing.open_page()
    owing.let_page_expire()
    owing.hear()
    owing.do("charge")
    assert owing.story() == [("charge", "expired"), ("page", "expired"), ("charge", "captured")]
    assert owing.taken() == [2_900]


def test_where_a_transfer_is_awaited_a_page_that_ends_charges_no_card(owing: Owing) -> None:
    owing.open_page()
    owing.let_page_expire()
    owing.hear()
    assert (owing.story(), owing.invoice().status) == ([("page", "expired")], InvoiceStatus.PENDING)


def test_a_start_is_canceled_with_the_page_that_is_open_for_it(work: Work, module_sandbox: Sandbox) -> None:
    starting = Starting(work, module_sandbox)
    page = starting.open_page()
    canceled = starting.command(CancelSubscription(subscription_id=starting.subscription_id))
    assert (canceled.result or {})["status"] == "canceled"
    assert (starting.invoice().status, starting.sandbox.pay(page) == 303) == (InvoiceStatus.VOID, False)


def test_a_start_that_was_paid_on_its_page_is_canceled_as_one_that_runs(work: Work, module_sandbox: Sandbox) -> None:
    starting = Starting(work, module_sandbox)
    assert starting.sandbox.pay(starting.open_page(), OTHER_CARD) == 303
    canceled = starting.command(CancelSubscription(subscription_id=starting.subscription_id))
    assert ((canceled.result or {})["status"], (canceled.result or {})["cancel_at_period_end"]) == ("active", True)
    assert starting.invoice().status is InvoiceStatus.PAID


def test_a_wish_that_is_refused_leaves_the_page_of_a_start_to_be_paid(work: Work, module_sandbox: Sandbox) -> None:
    starting = Starting(work, module_sandbox)
    page = starting.open_page()
    refused = [
        PauseSubscription(subscription_id=starting.subscription_id),
        ChangePlan(subscription_id=starting.subscription_id, plan=PlanChoice(plan="growth")),
        ChangePlan(subscription_id=starting.subscription_id, plan=PlanChoice(plan="no-such-plan")),
    ]
    assert [starting.command(each).state for each in refused] == [WorkState.REJECTED] * 3
    assert starting.sandbox.pay(page, OTHER_CARD) == 303


def test_a_pause_until_yesterday_leaves_the_page_of_a_change_to_be_paid(work: Work, module_sandbox: Sandbox) -> None:
    changing = Changing(work, module_sandbox)
    page = changing.open_page()
    yesterday = work.wall().at - timedelta(days=1)
    refused = changing.command(PauseSubscription(subscription_id=changing.subscription_id, resumes_at=yesterday))
    assert refused.state is WorkState.REJECTED
    assert changing.sandbox.pay(page, OTHER_CARD) == 303


def test_a_change_that_cannot_be_paid_leaves_the_page_of_one_that_waits(work: Work, module_sandbox: Sandbox) -> None:
    """It would take its place; it is refused all the same, for want of a card."""
    changing = Changing(work, module_sandbox)
    page = changing.open_page()
    with work.database.transaction() as session:
        detach_card(session, "stripe", changing.card_ref, work.wall().at)
    wanted = ChangePlan(subscription_id=changing.subscription_id, plan=PlanChoice(plan="scale"), when="now")
    refused = changing.command(wanted)
    assert (refused.problem or {}).get("type", "").endswith("no_card")
    assert changing.sandbox.pay(page, OTHER_CARD) == 303
    changing.hear()
    assert (changing.plan(), changing.taken()) == ("growth", [9_900, changing.invoice().total_minor])


def test_a_start_that_nobody_paid_is_given_up_when_its_page_is_closed(work: Work, module_sandbox: Sandbox) -> None:
    starting = Starting(work, module_sandbox)
    starting.open_page()
    assert starting.come_due(hours=24) is SubscriptionStatus.INCOMPLETE
    starting.do("cancel_payment")
    assert starting.come_due(hours=26) is SubscriptionStatus.EXPIRED
    assert starting.invoice().status is InvoiceStatus.VOID


def test_an_invoice_that_the_gateway_wrote_is_paid_on_its_own_page(
    work: Work, subscriber: Subscriber, module_sandbox: Sandbox
) -> None:
    subscriber.subscribe()
    subscriber.in_portal("card", card_number="4000000000000341")
    deliver(work, subscriber.news())
    subscriber.live_until(MARCH_1)
    deliver(work, subscriber.news())
    assert bills(subscriber)[-1] == ("renewal", "pending", 9_900, 0)
    with work.database.transaction() as session:
        pending = session.scalars(select(Invoice).where(Invoice.status == InvoiceStatus.PENDING)).one()
    wanted = PayInvoice(
        invoice_id=pending.id, success_url="https://app.example/ok", cancel_url="https://app.example/no"
    )
    page = subscriber.command(wanted)
    assert (page["total_minor"], page["payment_attempt_id"]) == (9_900, None)
    assert module_sandbox.pay(page["checkout_url"], OTHER_CARD) == 303
    deliver(work, subscriber.news())
    assert bills(subscriber)[-1] == ("renewal", "paid", 9_900, 0)
    assert (subscriber.run(wanted).problem or {})["type"].endswith("invoice_paid")


def test_a_change_of_plan_that_was_declined_is_made_when_it_is_paid_in_person(
    work: Work, module_sandbox: Sandbox
) -> None:
    changing = Changing(work, module_sandbox)
    assert changing.plan() == "starter"
    assert changing.sandbox.pay(changing.open_page(), OTHER_CARD) == 303
    changing.hear()
    assert (changing.plan(), changing.invoice().status) == ("growth", InvoiceStatus.PAID)


@pytest.mark.parametrize("is_paid", [False, True])
def test_another_wish_closes_the_page_of_a_change_of_plan(work: Work, module_sandbox: Sandbox, is_paid: bool) -> None:
    changing = Changing(work, module_sandbox)
    page = changing.open_page()
    if is_paid:
        assert changing.sandbox.pay(page, OTHER_CARD) == 303
    ended = changing.command(CancelSubscription(subscription_id=changing.subscription_id))
    assert (ended.result or {})["cancel_at_period_end"]
    expected = ("growth", InvoiceStatus.PAID) if is_paid else ("starter", InvoiceStatus.VOID)
    assert (changing.plan(), changing.invoice().status) == expected


def test_a_pause_closes_it_too(work: Work, module_sandbox: Sandbox) -> None:
    changing = Changing(work, module_sandbox)
    changing.open_page()
    paused = changing.command(PauseSubscription(subscription_id=changing.subscription_id))
    assert (paused.state, (paused.result or {})["status"]) == (WorkState.DONE, "paused")
    assert (changing.plan(), changing.invoice().status) == ("starter", InvoiceStatus.VOID)


@pytest.mark.parametrize("is_paid", [False, True])
def test_when_the_time_of_a_change_is_over_its_page_is_closed_and_no_card_is_charged_for_it(
    work: Work, module_sandbox: Sandbox, is_paid: bool
) -> None:
    """Also when another card is saved by then. Whoever was faster has paid, and the change is made."""
    changing = Changing(work, module_sandbox)
    page, taken = changing.open_page(), changing.taken()
    if is_paid:
        assert module_sandbox.pay(page, OTHER_CARD) == 303
    else:
        changing.sandbox.card_declines(changing.card_ref, None)
    assert changing.expire() == 0, "the page is closed first"
    changing.do("cancel_payment")
    changing.do("charge")
    assert changing.expire() == (0 if is_paid else 1)
    expected = ("growth", InvoiceStatus.PAID) if is_paid else ("starter", InvoiceStatus.VOID)
    assert (changing.plan(), changing.invoice().status) == expected
    assert len(changing.taken()) == len(taken) + is_paid
