"""What may be done to an account: suspended, activated, given and taken credits."""

from uuid import UUID

from ingress.queries.admin_accounts import account_file
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field
from portal.console.showing import Look
from schemas.commands.accounts import ActivateAccount, SuspendAccount
from schemas.commands.credits import AdjustCredits
from schemas.views.accounts import AccountStatus
from schemas.views.admin_accounts import AccountFileView

READS = "accounts:search"
ONE = "/admin/accounts/{id}"


def _file(look: Look, account_id: UUID) -> AccountFileView:
    return look.at(READS, lambda session: account_file(session, account_id), {"account_id": account_id})


def _facts(found: AccountFileView) -> list[Fact]:
    return [
        Fact("Account", found.name, href=ONE.format(id=found.id)),
        Fact("Status", str(found.status)),
        Fact("Mail goes to", found.billing_email),
        Fact("Credits", count=found.credits.balance),
    ]


def _to_suspend(look: Look, account_id: UUID) -> Told:
    found = _file(look, account_id)
    why_not = "" if found.status is AccountStatus.ACTIVE else "It is not active."
    return Told(_facts(found), why_not=why_not)


def _to_activate(look: Look, account_id: UUID) -> Told:
    found = _file(look, account_id)
    why_not = "" if found.status is AccountStatus.SUSPENDED else "It is not suspended."
    return Told([*_facts(found), Fact("Suspended because", found.suspended_because)], why_not=why_not)


def _to_adjust(look: Look, account_id: UUID) -> Told:
    found = _file(look, account_id)
    return Told(_facts(found), why_not="" if found.status is not AccountStatus.CLOSED else "It is closed.")


OF_ACCOUNTS = (
    Deed(
        path=f"{ONE}/suspend", command=SuspendAccount, about="account_id", reads=READS, read=_to_suspend,
        title="Suspend the account", button="Suspend it", back=ONE, is_danger=True,
        says=(
            "Nothing is begun for it and it uses nothing until it is activated.",
            "What runs is billed as before, and it may pay and end what it has.",
        ),
        fields=(Field("reason", "Why", hint="It is kept, and the account's people are not shown it."),),
    ),
    Deed(
        path=f"{ONE}/activate", command=ActivateAccount, about="account_id", reads=READS, read=_to_activate,
        title="Activate the account", button="Activate it", back=ONE,
        says=("It may begin and use things again.",),
    ),
    Deed(
        path=f"{ONE}/credits", command=AdjustCredits, about="account_id", reads=READS, read=_to_adjust,
        title="Give or take credits", button="Do it", back=ONE,
        says=("Above the limit of one person somebody else has to approve it: until then nothing is changed.",),
        fields=(
            Field("direction", "What", "choice", options={"grant": "give", "take": "take"}),
            Field("amount", "How many credits", "whole"),
            Field("reason", "Why", hint="It is kept with the movement."),
            Field("expires_at", "Until", "moment", hint="A day, like 2027-01-31; empty: for ever.", is_needed=False),
        ),
    ),
)  # fmt: skip
