"""Run one stored operation: a conversation where a gateway is asked, a verb in one transaction where it is not."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from billing.commands.time_of import time_of
from billing.commands.verbs import VERBS
from billing.errors import Rejected
from billing.subscriptions.queries import get_subscription
from billing.subscriptions.tables import Collection
from calls.audited import audited
from calls.cancel import cancel_at_gateway, reactivate_at_gateway
from calls.capture_checkout import capture_checkout
from calls.change_payment_method import change_payment_method, set_default_payment_method
from calls.change_plan import change_plan_at_gateway
from calls.check_link import check_link
from calls.close_pages import close_pages, pages_in_the_way
from calls.close_start_pages import start_pages
from calls.create_clock import create_clock_beside
from calls.create_event_endpoint import create_event_endpoint
from calls.create_subscription import create_without_pages
from calls.open_card_setup import open_card_setup
from calls.open_checkout import open_checkout
from calls.open_portal import open_portal
from calls.open_subscription_checkout import open_subscription_checkout
from calls.pause import pause_at_gateway, resume_at_gateway
from calls.pay_invoice import pay_invoice
from calls.purchase_on_page import is_on_page, purchase_on_page
from calls.remove_payment_method import remove_payment_method
from calls.roll_endpoint_secret import roll_endpoint_secret
from calls.second_person import finish_or_wait, seconded
from calls.sync_with_gateway import sync_with_gateway
from calls.try_event_endpoint import try_event_endpoint
from calls.update_event_endpoint import update_event_endpoint
from calls.void_invoice import page_in_the_way, void_beside_page
from database.operations import Operation
from schemas.commands import COMMANDS
from schemas.commands.approvals import ApproveOperation
from schemas.commands.base import Command
from schemas.commands.clocks import AdvanceTestClock, CreateTestClock
from schemas.commands.credits import PurchaseCredits
from schemas.commands.events import CreateEventEndpoint, RollEndpointSecret, TestEventEndpoint, UpdateEventEndpoint
from schemas.commands.invoices import VoidInvoice
from schemas.commands.mails import PersonalMail
from schemas.commands.payments import (
    CaptureCheckout,
    ChangePaymentMethod,
    OpenPortal,
    PayInvoice,
    RemovePaymentMethod,
    SetDefaultPaymentMethod,
    StartCardSetup,
    StartCreditCheckout,
)
from schemas.commands.subscriptions import (
    CancelSubscription,
    ChangePlan,
    CreateSubscription,
    DowngradeSubscription,
    OfSubscription,
    PauseSubscription,
    ReactivateSubscription,
    ResumeSubscription,
    StartSubscriptionCheckout,
    SyncWithGateway,
    UpgradeSubscription,
)
from schemas.messages.commands import RunCommand
from schemas.messages.renewals import AdvanceClocks
from workers import claims
from workers.wiring import Work

Call = Callable[[Work, Operation, Any], claims.Act]

CALLS: Mapping[type[Command], Call] = {
    StartCreditCheckout: open_checkout,
    CaptureCheckout: capture_checkout,
    PayInvoice: pay_invoice,
    StartSubscriptionCheckout: open_subscription_checkout,
    StartCardSetup: open_card_setup,
    ChangePaymentMethod: change_payment_method,
    SetDefaultPaymentMethod: set_default_payment_method,
    RemovePaymentMethod: remove_payment_method,
    OpenPortal: open_portal,
    SyncWithGateway: sync_with_gateway,
    CreateTestClock: create_clock_beside,
    CreateEventEndpoint: create_event_endpoint,
    UpdateEventEndpoint: update_event_endpoint,
    RollEndpointSecret: roll_endpoint_secret,
    TestEventEndpoint: try_event_endpoint,
}
# asked of the gateway only where it runs the subscription; otherwise a verb of our own
CALLS_OF_GATEWAY_RUN: Mapping[type[Command], Call] = {
    ChangePlan: change_plan_at_gateway,
    UpgradeSubscription: change_plan_at_gateway,
    DowngradeSubscription: change_plan_at_gateway,
    CancelSubscription: cancel_at_gateway,
    ReactivateSubscription: reactivate_at_gateway,
    PauseSubscription: pause_at_gateway,
    ResumeSubscription: resume_at_gateway,
}
CHANGES_OF_PLAN = (ChangePlan, UpgradeSubscription, DowngradeSubscription)
# these void what a start or a change of plan was billed, which may be open on a page
TAKES_BACK = frozenset({CancelSubscription, *CHANGES_OF_PLAN, PauseSubscription})
# These ask several times, and what asks once is to be tried again sooner when its worker dies.
MANY_CALLS = frozenset(
    {
        *TAKES_BACK, CaptureCheckout, PayInvoice, CreateSubscription, StartSubscriptionCheckout, ChangePaymentMethod,
        SetDefaultPaymentMethod, RemovePaymentMethod, SyncWithGateway,
    }
)  # fmt: skip


def run_command(work: Work, operation_id: UUID) -> None:
    """Run it if it is free; its outcome is stored under its id."""
    for operation in claims.take(work.database, Operation, [operation_id]):
        with claims.attempt(work.database, operation):
            carry_out(work, operation, parse(operation))


def parse(operation: Operation) -> Command:
    """The stored body as its command; raises Rejected `command_unknown` or `command_invalid`."""
    command_class = COMMANDS.get(operation.kind)
    if command_class is None:
        raise Rejected("command_unknown", f"There is no command {operation.kind!r}.")
    try:
        return command_class(**operation.body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Rejected("command_invalid", f"{where}: {first['msg']}") from error


def carry_out(work: Work, operation: Operation, command: Command) -> None:
    """Do what an operation says, whose attempt is counted. Raises what its call or verb does."""
    if isinstance(command, PersonalMail):
        check_link(command.secret_link, work.link_hosts)
    call = _call_for(work, operation, command)
    if call is not None:
        with work.database.transaction() as session:
            time_of(session, command, work.wall())  # for an account that was deleted nobody is called
        if claims.lease(work.database, operation, _hold(command)):
            claims.finish(work.database, operation, audited(operation, command, call(work, operation, command)))
        return
    verb, wall = VERBS[type(command)], work.wall()

    def act(session: Session) -> dict[str, Any]:
        return verb(session, operation, command, time_of(session, command, wall))

    _finish(work, operation, command, seconded(operation, command, act))
    if isinstance(command, AdvanceTestClock):
        # beat would ring within five seconds; whoever turns a clock by hand is waiting
        work.bell.ring(AdvanceClocks())
    if isinstance(command, ApproveOperation):
        # whoever wanted it has waited for long enough
        work.bell.ring(RunCommand(id=command.approval_id), task_id=command.approval_id)


def _finish(work: Work, operation: Operation, command: Command, act: claims.Act) -> None:
    """By the verb alone, but for an invoice on whose page somebody may be paying."""
    page = page_in_the_way(work, command) if isinstance(command, VoidInvoice) else None
    if page is None:
        finish_or_wait(work, operation, lambda: audited(operation, command, act))
    elif claims.lease(work.database, operation, claims.LONG_LEASE):
        finish_or_wait(work, operation, lambda: audited(operation, command, void_beside_page(work, page, act)))


def _hold(command: Command) -> timedelta:
    return claims.LONG_LEASE if type(command) in MANY_CALLS else claims.LEASE


def _call_for(work: Work, operation: Operation, command: Command) -> Call | None:
    if type(command) in CALLS:
        return CALLS[type(command)]
    if isinstance(command, CreateSubscription) and start_pages(work, command, operation.id):
        return create_without_pages
    if isinstance(command, PurchaseCredits) and is_on_page(work, operation, command):
        return purchase_on_page
    if isinstance(command, OfSubscription):
        with work.database.transaction() as session:
            subscription = get_subscription(session, command.subscription_id)
        if subscription.collection is Collection.GATEWAY:
            return CALLS_OF_GATEWAY_RUN.get(type(command))  # what is asked of none the rules refuse
        if type(command) in TAKES_BACK and pages_in_the_way(work, command):
            return close_pages
    return None
