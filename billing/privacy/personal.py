"""Every column that names a person: what it holds, why, until when, and what becomes of it.

A test compares this list and that of `impersonal` with the columns of the database: a new one is in either.
"""

from billing.privacy.remembered import AUDIT, EVENTS, MEMORY
from billing.privacy.retention import OF_ACCOUNT, Keep, Personal, PersonalTable, decider
from billing.privacy.visitors import VISITORS

OF_INVOICE = "invoice_id IN (SELECT id FROM invoices WHERE account_id = :account_id)"
OF_NOTE = "credit_note_id IN (SELECT id FROM credit_notes WHERE account_id = :account_id)"
OF_CLAIM = "claim_id IN (SELECT id FROM payment_claims WHERE account_id = :account_id)"
OF_DISPUTE = "dispute_id IN (SELECT id FROM disputes WHERE account_id = :account_id)"
OF_SUBSCRIPTION = "subscription_id IN (SELECT id FROM subscriptions WHERE account_id = :account_id)"
OF_MAILBOX = "address = (SELECT lower(billing_email) FROM accounts WHERE id = :account_id)"
OF_INVITATION = "invitation_id IN (SELECT id FROM team_invitations WHERE account_id = :account_id)"
OF_CONFIRMATION = "confirmation_id IN (SELECT id FROM email_confirmations WHERE account_id = :account_id)"

NOTHING, NO_FILE = "''", "''::bytea"
# the shape of a buyer, with nobody in it
NOBODY = "(SELECT jsonb_object_agg(said, '') FROM jsonb_object_keys(buyer) AS said)"
PROOF_OF_NOTHING = (
    "CASE WHEN (SELECT status FROM payment_claims WHERE id = claim_id) = 'approved' THEN content ELSE ''::bytea END"
)
WITHOUT_EMAIL = (
    "CASE WHEN request ? 'customer_email' THEN jsonb_set(request, '{customer_email}', '\"\"') ELSE request END"
)
BILLING, MAIL = "to bill, and to decide which tax", "to write about payments"
NO_SUSPENSION = "CASE WHEN suspended_at IS NULL THEN '' ELSE 'erased' END"
TEAM = "to know who may act for the account"
NO_REASON = "CASE WHEN reject_reason = '' THEN '' ELSE 'erased' END"
UNEDITED = "to account for what was sold: never edited, so that a product names nobody in it"
REFERENCE, PAPER = "to give money back and to answer disputes", "an invoice has to name its buyer"


def _address(part: str) -> Personal:
    return Personal(part, BILLING, Keep.ACCOUNT, at_once=NOTHING)


def _file(what: str) -> Personal:
    return Personal(what, PAPER, Keep.BOOKS, at_last=NO_FILE)


BUYER = Personal("name, address, tax number, e-mail", PAPER, Keep.BOOKS, at_last=NOBODY)
ACCOUNTS = (
    PersonalTable(
        "confirmation_links",
        OF_CONFIRMATION,
        {"token_sha256": Personal("a link that was mailed", MAIL, Keep.ACCOUNT)},
        is_deleted=True,
        hidden=("token_sha256",),
    ),
    PersonalTable(
        "email_confirmations",
        OF_ACCOUNT,
        {
            "email": Personal("a new e-mail address", MAIL, Keep.ACCOUNT),
            "email_before": Personal("the one before", "to tell of the change", Keep.ACCOUNT),
        },
        is_deleted=True,
    ),
    PersonalTable(
        "account_recipients", OF_ACCOUNT, {"email": Personal("who gets copies", MAIL, Keep.ACCOUNT)}, is_deleted=True
    ),
    PersonalTable(
        "account_members",
        OF_ACCOUNT,
        {
            "user_id": Personal("the product's id of a person", TEAM, Keep.ACCOUNT),
            "email": Personal("an e-mail address", TEAM, Keep.ACCOUNT),
            "name": Personal("a person's name", TEAM, Keep.ACCOUNT),
            "sites": Personal("what they work with", TEAM, Keep.ACCOUNT),
        },
        is_deleted=True,
    ),
    PersonalTable(
        "invitation_links",
        OF_INVITATION,
        {"token_sha256": Personal("a link that was mailed", TEAM, Keep.ACCOUNT)},
        is_deleted=True,
        hidden=("token_sha256",),
    ),
    PersonalTable(
        "team_invitations",
        OF_ACCOUNT,
        {
            "email": Personal("an e-mail address", TEAM, Keep.ACCOUNT),
            "invited_by": Personal("the product's id of a person", TEAM, Keep.ACCOUNT),
            "sites": Personal("what they are to work with", TEAM, Keep.ACCOUNT),
        },
        is_deleted=True,
    ),
    *VISITORS,
    PersonalTable(
        "stopped_addresses",
        OF_MAILBOX,
        {
            "address": Personal("an e-mail address", "to write there no more", Keep.ACCOUNT),
            "said": Personal("what its mail server answered", "to know why", Keep.ACCOUNT),
            "lifted_by": decider("who let mail go there again"),
        },
        is_deleted=True,
    ),
    PersonalTable(
        "account_exports",
        OF_ACCOUNT,
        {"content": Personal("a copy of all of it", "for whom it is about; for seven days", Keep.ACCOUNT)},
        is_deleted=True,
        hidden=("content",),
    ),
    PersonalTable(
        "accounts",
        "id = :account_id",
        {
            "name": Personal("a person's or a firm's name", BILLING, Keep.ACCOUNT, at_once="'Deleted account'"),
            "slug": Personal(
                "a word made of the name", "to name the account", Keep.ACCOUNT,
                at_once="'deleted-' || replace(id::text, '-', '')",
            ),
            "owner": Personal("the product's id of a person", "to know whose it is", Keep.ACCOUNT, at_once=NOTHING),
            "billing_email": Personal("an e-mail address", MAIL, Keep.ACCOUNT, at_once=NOTHING),
            "line1": _address("street"),
            "line2": _address("street"),
            "city": _address("city"),
            "region": _address("region"),
            "postal_code": _address("postal code"),
            "tax_id": Personal("a tax number", BILLING, Keep.ACCOUNT, at_once=NOTHING),
            "suspended_because": Personal(
                "why it was suspended, in a person's words", "to know why", Keep.ACCOUNT, at_once=NO_SUSPENSION
            ),
            "time_zone": Personal("where one lives", "to tell the time", Keep.ACCOUNT, at_once="'UTC'"),
            "locale": Personal("a language", "to write in it", Keep.ACCOUNT, at_once="'en'"),
        },
    ),
    PersonalTable(
        "cards",
        OF_ACCOUNT,
        {
            "holder": Personal("whose wallet it is", "to be recognised", Keep.ACCOUNT, at_once=NOTHING),
            "brand": Personal("which card", "to be recognised", Keep.ACCOUNT, at_once=NOTHING),
            "last4": Personal("the end of its number", "to be recognised", Keep.ACCOUNT, at_once=NOTHING),
            "card_ref": Personal("a gateway's name of it", REFERENCE, Keep.BOOKS, at_last="'erased/' || id::text"),
            "customer_ref": Personal("a gateway's name of the customer", REFERENCE, Keep.BOOKS, at_last=NOTHING),
        },
    ),
    PersonalTable(
        "gateway_customers",
        OF_ACCOUNT,
        {
            "customer_ref": Personal(
                "a gateway's name of the customer", REFERENCE, Keep.BOOKS,
                at_last="'erased/' || md5(gateway || customer_ref)",
            )
        },
    ),
    PersonalTable(
        "subscriptions",
        OF_ACCOUNT,
        {"failure": Personal("what went wrong, in a program's words", "to mend it", Keep.ACCOUNT, at_once=NOTHING)},
    ),
)  # fmt: skip
MONEY = (
    PersonalTable("invoices", OF_ACCOUNT, {"buyer": BUYER}, hidden=("pay_secret",)),
    PersonalTable("invoice_documents", OF_INVOICE, {"content": _file("the invoice as a PDF")}),
    PersonalTable(
        "credit_notes",
        OF_ACCOUNT,
        {
            "buyer": BUYER,
            "note": Personal("why, in a person's words", PAPER, Keep.BOOKS, at_last=NOTHING),
        },
    ),
    PersonalTable("credit_note_documents", OF_NOTE, {"content": _file("the credit note as a PDF")}),
    PersonalTable(
        "payment_attempts",
        OF_ACCOUNT,
        {
            "request": Personal(
                "the e-mail on a page, a gateway's names of customer and card", "to be paid", Keep.ACCOUNT,
                at_once=WITHOUT_EMAIL, at_last="'{}'::jsonb",
            )
        },
    ),
    PersonalTable(
        "receipts",
        OF_ACCOUNT,
        {
            "card_brand": Personal("which card paid", PAPER, Keep.BOOKS, at_last=NOTHING),
            "card_last4": Personal("the end of its number", PAPER, Keep.BOOKS, at_last=NOTHING),
        },
    ),
    PersonalTable(
        "refunds",
        OF_ACCOUNT,
        {
            "note": Personal("why, in a person's words", REFERENCE, Keep.BOOKS, at_last=NOTHING),
            "request": Personal("what a gateway was asked for", REFERENCE, Keep.BOOKS),
            "requested_by": decider("who wanted it"),
            "paid_out_by": decider("who paid it out"),
        },
    ),
    PersonalTable("dispute_evidence", OF_DISPUTE, {"content": _file("what was told to a bank")}),
    PersonalTable(
        "payment_proofs",
        OF_CLAIM,
        {
            "content": Personal(
                "a picture of a transfer", "to see that it was paid; without an approval it is no voucher", Keep.BOOKS,
                at_once=PROOF_OF_NOTHING, at_last=NO_FILE,
            )
        },
    ),
    PersonalTable(
        "statement_lines",
        OF_CLAIM,
        {
            "text": Personal("what the payer wrote", REFERENCE, Keep.BOOKS, at_last=NOTHING),
            "payer": Personal("who paid", REFERENCE, Keep.BOOKS, at_last=NOTHING),
            "payer_account": Personal("from which account", REFERENCE, Keep.BOOKS, at_last=NOTHING),
            "ignored_for": decider("why it was set aside"),
            "decided_by": decider("who decided what it is"),
            "imported_by": decider("who imported it"),
        },
    ),
    PersonalTable(
        "payment_claims",
        OF_ACCOUNT,
        {
            "submitted_by": decider("who said that it was paid"),
            "first_approved_by": decider("who approved it first"),
            "decided_by": decider("who decided"),
            "reject_reason": Personal("why, in a person's words", REFERENCE, Keep.BOOKS, at_last=NO_REASON),
        },
    ),
    PersonalTable(
        "usage_events", OF_ACCOUNT, {"site": Personal("which of the customer's sites", UNEDITED, Keep.BOOKS)}
    ),
    PersonalTable(
        "credit_transactions",
        OF_ACCOUNT,
        {"description": Personal("what credits were used for, as the product says it", UNEDITED, Keep.BOOKS)},
    ),
)  # fmt: skip
PERSONAL: tuple[PersonalTable, ...] = (*ACCOUNTS, *MONEY, *AUDIT, *EVENTS, *MEMORY)
# Rows of an account that name nobody by themselves, and that an export has, too.
WITHOUT_NAMES = (
    PersonalTable("balance_watches", OF_ACCOUNT),
    PersonalTable("auto_top_ups", OF_ACCOUNT),
    PersonalTable("trials", OF_ACCOUNT),
    PersonalTable("subscription_services", OF_SUBSCRIPTION),
    PersonalTable("subscription_periods", OF_SUBSCRIPTION),
    PersonalTable("pending_changes", OF_SUBSCRIPTION),
    PersonalTable("dunnings", OF_ACCOUNT),
    PersonalTable("invoice_lines", OF_INVOICE),
    PersonalTable("credit_note_lines", OF_NOTE),
    PersonalTable("manual_payments", OF_INVOICE),
    PersonalTable("disputes", OF_ACCOUNT),
    PersonalTable("credit_grants", OF_ACCOUNT),
    PersonalTable("usage_roll_ups", OF_ACCOUNT),
    PersonalTable("reported_counts", OF_ACCOUNT),
    PersonalTable("usage_reservations", OF_ACCOUNT),
    PersonalTable("credit_debts", OF_ACCOUNT),
)
