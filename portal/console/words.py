"""The words of the console's pages: catalogue keys."""

from collections.abc import Mapping

from portal.words import spaced

COMMANDS: Mapping[str, str] = {
    "suspend_account": "Suspend the account",
    "activate_account": "Activate the account",
    "adjust_credits": "Give or take credits",
    "approve_payment": "Say that the money came",
    "reject_payment": "Say that the money did not come",
    "refund_payment": "Give a payment back",
    "credit_invoice": "Correct an invoice",
    "write_off_invoice": "Write an invoice off",
    "create_invoice": "Bill an account by hand",
    "offer_payment_method": "Offer a way to pay",
    "update_offered_method": "Change a way to pay",
    "reset_payment_methods": "Let a country pay as the rest of the world",
    "void_invoice": "Take an invoice back",
    "send_invoice": "Send an invoice",
    "approve_operation": "Approve what somebody else wants",
    "refuse_operation": "Reject what somebody wants",
    "replay_operation": "Let a command run again",
    "replay_inbox_event": "Let an event run again",
    "replay_follow_up": "Let what must follow run again",
    "discard_operation": "Decide that a command never runs",
    "discard_inbox_event": "Decide that an event never runs",
    "discard_follow_up": "Decide that what must follow never does",
    "publish_plan": "Publish a version of a plan",
    "archive_plan": "Sell a plan no more",
    "restore_plan": "Sell a plan again",
    "migrate_plan": "Let subscriptions go to the newest version",
    "issue_coupon": "Issue a coupon",
    "archive_coupon": "Let nobody redeem a coupon any more",
    "restore_coupon": "Let a coupon be redeemed again",
    "set_tax_rate": "Set a rate of tax",
    "set_credit_cost": "Price an operation in credits",
    "enable_provider": "Call a provider again",
    "disable_provider": "Call a provider no more",
    "add_staff_member": "Add one of the company's people",
    "change_staff_role": "Give somebody another role",
    "end_staff_member": "End somebody",
    "revoke_api_key": "End a key",
}


def command_name(kind: str) -> str:
    """What somebody asked for."""
    return COMMANDS.get(kind, spaced(kind).capitalize())
