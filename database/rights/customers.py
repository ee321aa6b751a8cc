"""Rights to time and customers."""

from collections.abc import Mapping
from dataclasses import replace

from database.rights.decision import KEEPS, KEEPS_AND_REMOVES, READS, Decision, Rights, changes, shown
from database.rights.whose import EVERY_ACCOUNT, OF_ACCOUNT, OF_CLOCK, OF_SELLER, Whose, by_account, part_of

# why mail to an address has stopped is told to whoever sees an account of that address
OF_ADDRESS = Whose(
    f"{EVERY_ACCOUNT} OR EXISTS (SELECT FROM accounts a WHERE a.id IN (SELECT seen_accounts())"
    " AND lower(a.billing_email) = {table}.address)"
)

CUSTOMERS: Mapping[str, Decision] = {
    "test_clocks": shown(KEEPS, OF_CLOCK),
    "accounts": shown(KEEPS, by_account("id")),
    "account_recipients": shown(KEEPS_AND_REMOVES, OF_ACCOUNT),
    "email_confirmations": shown(KEEPS_AND_REMOVES, OF_ACCOUNT),
    # whoever has a link is shown what it confirms
    "confirmation_links": shown(KEEPS_AND_REMOVES, part_of("email_confirmations", "confirmation_id")),
    "account_members": shown(KEEPS_AND_REMOVES, OF_ACCOUNT),
    "team_invitations": shown(KEEPS_AND_REMOVES, OF_ACCOUNT),
    # whoever has a link is shown whom it invites, and to what
    "invitation_links": shown(KEEPS_AND_REMOVES, part_of("team_invitations", "invitation_id")),
    "account_exports": shown(KEEPS_AND_REMOVES, OF_ACCOUNT.taking("account:export")),
    # Who may enter the portal, and who is in it. Whoever has a link or a cookie is looked up by its hash; the portal
    # notes that a link is used, that somebody is still there, has shown that it is them, and that they left.
    "portal_links": Decision(KEEPS_AND_REMOVES, portal=Rights(reads=True, changes=("used_at",)), whose=OF_ACCOUNT),
    "portal_sessions": Decision(
        Rights(reads=True, removes=True),
        portal=changes("token_sha256", "seen_at", "proven_at", "ended_at"),
        whose=OF_ACCOUNT,
    ),
    # who of the company's own people looks at an account's pages: the console writes it, the account's people see it
    "account_looks": Decision(
        Rights(reads=True, removes=True), portal=READS, console=changes("ended_at"), whose=OF_ACCOUNT
    ),
    # Who asks to be let in by mail: the portal writes it down, and that it was proven and used. What is in the mail and
    # where it leads a worker writes. None of it is any account's until it is proven.
    "sign_ins": Decision(
        Rights(reads=True, removes=True),
        portal=changes("tries", "proven_at", "proof_sha256", "entered_at"),
        whose=OF_SELLER,
    ),
    "sign_in_secrets": Decision(KEEPS_AND_REMOVES, portal=READS, whose=OF_SELLER),
    "sign_in_ways": Decision(KEEPS_AND_REMOVES, portal=READS, whose=OF_SELLER),
    "parked_forms": Decision(
        Rights(reads=True, removes=True), portal=changes("fields", "over_at"), whose=OF_ACCOUNT
    ),
    "reported_counts": shown(KEEPS, OF_ACCOUNT),
    # by these names it is known whose an event is, too
    "gateway_customers": Decision(KEEPS, door=READS, whose=OF_ACCOUNT.taking("accounts:search")),
    "cards": shown(KEEPS, OF_ACCOUNT),
    # one goes with the account whose it is
    "stopped_addresses": shown(
        replace(changes("reason", "said", "email_ref", "stopped_at", "lifted_at", "lifted_by"), removes=True),
        OF_ADDRESS,
    ),
}  # fmt: skip
