"""What a country is not offered cannot be begun there; what runs already goes on."""

from typing import Any

import pytest
from sqlalchemy import func, select

from billing.payment_methods.set_method import set_method
from billing.payments.tables import PaymentAttempt
from billing.subscriptions.tables import Subscription
from billing.top_ups.tables import AutoTopUp
from database.memory import WorkState
from schemas.commands.base import Command
from schemas.commands.credits import SetAutoTopUp
from schemas.commands.payments import ChangePaymentMethod, OpenPortal, StartCardSetup, StartCreditCheckout
from schemas.commands.subscriptions import CreateSubscription, StartSubscriptionCheckout
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from tests.workers.gateway_run import Subscriber, deliver
from tests.workers.owing import Dunned, Owing
from workers.wiring import Work

BACK = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
BY_CARD: dict[type[Command], dict[str, Any]] = {
    StartCardSetup: BACK,
    StartCreditCheckout: {"package": "value", **BACK},
    StartSubscriptionCheckout: {"plan": {"plan": "starter"}, **BACK},
    ChangePaymentMethod: {"card_ref": "pm_card_visa"},
}


def _offer(work: Work, country: str, method: str, **changes: object) -> None:
    with work.database.transaction() as session:
        set_method(session, country, method, changes)


def _begun(work: Work) -> int:
    with work.database.transaction() as session:
        rows = (session.scalar(select(func.count()).select_from(table)) for table in (PaymentAttempt, Subscription))
        return sum(map(int, filter(None, rows)))


def _refusal(subscriber: Subscriber, kind: type[Command], **fields: object) -> tuple[str, int] | None:
    """The word and the status of its refusal; None when it was done."""
    done = subscriber.run(kind.model_validate({"account_id": subscriber.account_id, **fields}))
    if done.state is WorkState.DONE and done.problem is None:
        return None
    return done.problem["type"].rpartition(":")[2], done.problem["status"]  # type: ignore[index]


@pytest.mark.parametrize("kind", BY_CARD, ids=lambda kind: kind.kind)
def test_a_country_that_pays_by_transfer_alone_is_shown_no_page(
    work: Work, subscriber: Subscriber, kind: type[Command]
) -> None:
    _offer(work, "US", "bank_transfer")
    _offer(work, "rest", "stripe")
    assert _refusal(subscriber, kind, **BY_CARD[kind]) == ("method_not_offered", 409)
    assert _begun(work) == 0


def test_a_gateway_is_offered_in_the_currencies_that_it_takes_there(work: Work, subscriber: Subscriber) -> None:
    _offer(work, "US", "stripe", currencies=["EUR"])
    wanted = BY_CARD[StartCreditCheckout]
    assert _refusal(subscriber, StartCreditCheckout, **wanted) == ("method_not_offered", 409)
    _offer(work, "US", "stripe", currencies=["EUR", "USD"])
    assert _refusal(subscriber, StartCreditCheckout, **wanted) is None


def test_a_transfer_is_begun_where_it_is_offered(work: Work, subscriber: Subscriber) -> None:
    plan = {"plan": {"plan": "starter"}, "pay_by": "transfer"}
    _offer(work, "US", "stripe")
    assert _refusal(subscriber, CreateSubscription, **plan) == ("method_not_offered", 409)
    assert _begun(work) == 0
    _offer(work, "US", "bank_transfer")
    assert _refusal(subscriber, CreateSubscription, **plan) is None


def test_a_saved_card_starts_nothing_new_where_its_gateway_is_offered_no_more(
    work: Work, module_sandbox: Sandbox
) -> None:
    owing = Owing(work, module_sandbox)
    _offer(work, "GB", "bank_transfer")
    wanted = {"account_id": owing.account_id, "plan": {"plan": "starter"}}
    refused = owing.command(CreateSubscription.model_validate(wanted))
    assert refused.problem["type"].endswith(":method_not_offered")  # type: ignore[index]
    # it was saved before: to charge another one again is to begin nothing
    other = save_there(work.gateway("stripe").saved_methods, owing.account_id, "pm_card_mastercard")
    chosen = ChangePaymentMethod(account_id=owing.account_id, card_ref=owing.card_ref)
    assert owing.command(chosen).state is WorkState.DONE
    unknown = owing.command(ChangePaymentMethod(account_id=owing.account_id, card_ref=other.card_ref))
    assert unknown.problem["type"].endswith(":method_not_offered")  # type: ignore[index]


def test_no_page_is_opened_for_an_invoice_but_its_next_try_goes_on(work: Work, debtor: Dunned) -> None:
    _offer(work, "GB", "bank_transfer")
    refused = debtor.ask_page()
    assert refused.problem["type"].endswith(":method_not_offered")  # type: ignore[index]
    before = len(debtor.story())
    assert debtor.sweep(2)[0] == 1
    assert len(debtor.story()) == before + 1


def test_a_page_on_which_cards_are_managed_is_for_those_whose_subscription_the_gateway_runs(
    work: Work, owing: Owing, subscriber: Subscriber
) -> None:
    page = {"return_url": "https://app.example/back"}
    subscriber.subscribe()
    deliver(work, subscriber.news())
    _offer(work, "rest", "bank_transfer")
    refused = owing.command(OpenPortal.model_validate({"account_id": owing.account_id, **page}))
    assert refused.problem["type"].endswith(":method_not_offered")  # type: ignore[index]
    assert _refusal(subscriber, OpenPortal, **page) is None


@pytest.mark.parametrize("trial_days", [0, 14])
def test_who_has_no_card_begins_nothing_where_none_could_be_saved(
    work: Work, subscriber: Subscriber, trial_days: int
) -> None:
    plan = {"plan": {"plan": "starter"}, "trial_days": trial_days}
    _offer(work, "US", "bank_transfer")
    assert _refusal(subscriber, CreateSubscription, **plan) == ("method_not_offered", 409)
    assert _begun(work) == 0
    _offer(work, "US", "stripe")
    assert _refusal(subscriber, CreateSubscription, **plan) == (None if trial_days else ("no_card", 409))


def test_nothing_is_set_to_be_bought_by_itself_with_a_card_that_is_not_offered(
    work: Work, subscriber: Subscriber
) -> None:
    wish = {"package": "value", "top_up_below": 100, "monthly_max": 3}
    _offer(work, "US", "bank_transfer")
    assert _refusal(subscriber, SetAutoTopUp, **wish) == ("method_not_offered", 409)
    with work.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(AutoTopUp)) == 0
    _offer(work, "US", "stripe")
    assert _refusal(subscriber, SetAutoTopUp, **wish) is None


def test_where_nobody_has_decided_nothing_is_refused(work: Work, subscriber: Subscriber) -> None:
    _offer(work, "DE", "bank_transfer")
    assert _refusal(subscriber, StartCreditCheckout, **BY_CARD[StartCreditCheckout]) is None
