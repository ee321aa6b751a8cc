"""Commands the API accepts, each with the scope its caller needs. Validated at the door and again by the worker."""

from schemas.commands.accounts import Address, OpenAccount
from schemas.commands.base import Command
from schemas.commands.clocks import AdvanceTestClock, CreateTestClock
from schemas.commands.credits import ConsumeCredits, EndAutoTopUp, SetAutoTopUp, SetBalanceWatch, SetCreditDebtMax
from schemas.commands.payments import (
    ChangePaymentMethod,
    OpenPortal,
    OrderPaymentMethods,
    PayInvoice,
    RemovePaymentMethod,
    SetDefaultPaymentMethod,
    StartCardSetup,
    StartCreditCheckout,
)
from schemas.commands.refunds import CreditInvoice, RefundPayment
from schemas.commands.subscriptions import (
    CancelSubscription,
    ChangePlan,
    CreateSubscription,
    OfSubscription,
    PauseSubscription,
    PlanChoice,
    ReactivateSubscription,
    ResumeSubscription,
    ServiceItem,
    StartSubscriptionCheckout,
    SyncWithGateway,
)

__all__ = (
    "COMMANDS",
    "SCOPES",
    "Address",
    "AdvanceTestClock",
    "CancelSubscription",
    "ChangePaymentMethod",
    "ChangePlan",
    "Command",
    "ConsumeCredits",
    "CreateSubscription",
    "CreateTestClock",
    "CreditInvoice",
    "EndAutoTopUp",
    "OfSubscription",
    "OpenAccount",
    "OpenPortal",
    "OrderPaymentMethods",
    "PauseSubscription",
    "PayInvoice",
    "PlanChoice",
    "ReactivateSubscription",
    "RefundPayment",
    "RemovePaymentMethod",
    "ResumeSubscription",
    "ServiceItem",
    "SetAutoTopUp",
    "SetBalanceWatch",
    "SetCreditDebtMax",
    "SetDefaultPaymentMethod",
    "StartCardSetup",
    "StartCreditCheckout",
    "StartSubscriptionCheckout",
    "SyncWithGateway",
)

COMMANDS: dict[str, type[Command]] = {
    command.kind: command
    for command in (
        OpenAccount,
        StartCreditCheckout,
        PayInvoice,
        ConsumeCredits,
        CreateSubscription,
        StartSubscriptionCheckout,
        ChangePlan,
        CancelSubscription,
        ReactivateSubscription,
        PauseSubscription,
        ResumeSubscription,
        SyncWithGateway,
        OpenPortal,
        StartCardSetup,
        ChangePaymentMethod,
        SetDefaultPaymentMethod,
        RemovePaymentMethod,
        OrderPaymentMethods,
        SetBalanceWatch,
        SetAutoTopUp,
        EndAutoTopUp,
        CreateTestClock,
        AdvanceTestClock,
        RefundPayment,
        CreditInvoice,
        SetCreditDebtMax,
    )
}
SCOPES = (
    "accounts:read",
    "accounts:write",
    "admin:write",
    "billing:read",
    "billing:write",
    "credits:read",
    "credits:write",
    "operations:read",
)
