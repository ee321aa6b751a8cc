"""What is known of people in the portal: who may come, who came, who asked to, and what they had typed."""

from billing.privacy.retention import OF_ACCOUNT, Keep, Personal, PersonalTable

OF_SIGN_IN = "sign_in_id IN (SELECT sign_in_id FROM sign_in_ways WHERE account_id = :account_id)"
VISITS = "to let them into the portal, and show them where they are in it; for 90 days"
ASKING = "to let them in by mail; for a day"
LOOKS = "to show them who of the company looked at their pages, and why; for 90 days"
PARKED = "to show them again what they had typed when their session was over; for 15 minutes"

VISITORS = (
    PersonalTable(
        "portal_links",
        OF_ACCOUNT,
        {
            "user_id": Personal("the product's id of a person", VISITS, Keep.ACCOUNT),
            "return_url": Personal("the page of the product that they came from", VISITS, Keep.ACCOUNT),
            "token_sha256": Personal("a link that was handed out", VISITS, Keep.ACCOUNT),
        },
        is_deleted=True,
        hidden=("token_sha256",),
    ),
    PersonalTable(
        "portal_sessions",
        OF_ACCOUNT,
        {
            "user_id": Personal("the product's id of a person", VISITS, Keep.ACCOUNT),
            "return_url": Personal("the page of the product that they came from", VISITS, Keep.ACCOUNT),
            "token_sha256": Personal("a browser that was let in", VISITS, Keep.ACCOUNT),
            "address": Personal("where a browser came from", VISITS, Keep.ACCOUNT),
            "agent": Personal("what a browser calls itself", VISITS, Keep.ACCOUNT),
            "known_sha256": Personal("a browser that an e-mail address was proved in", VISITS, Keep.ACCOUNT),
        },
        is_deleted=True,
        hidden=("token_sha256", "known_sha256"),
    ),
    PersonalTable(
        "account_looks",
        OF_ACCOUNT,
        {"reason": Personal("why somebody of the company looked at the account's pages", LOOKS, Keep.ACCOUNT)},
        is_deleted=True,
    ),
    PersonalTable(
        "sign_in_secrets",
        OF_SIGN_IN,
        {
            "link_sha256": Personal("a link that was mailed", ASKING, Keep.ACCOUNT),
            "code_sha256": Personal("a code that was mailed", ASKING, Keep.ACCOUNT),
        },
        is_deleted=True,
        hidden=("link_sha256", "code_sha256"),
    ),
    PersonalTable(
        "sign_ins",
        "id IN (SELECT sign_in_id FROM sign_in_ways WHERE account_id = :account_id)"
        " OR session_id IN (SELECT id FROM portal_sessions WHERE account_id = :account_id)",
        {
            "email": Personal("an e-mail address that somebody typed", ASKING, Keep.ACCOUNT),
            "network": Personal("where a browser came from", ASKING, Keep.ACCOUNT),
            "browser_sha256": Personal("a browser that asked", ASKING, Keep.ACCOUNT),
            "proof_sha256": Personal("a browser that was let in", ASKING, Keep.ACCOUNT),
        },
        is_deleted=True,
        hidden=("browser_sha256", "proof_sha256"),
    ),
    PersonalTable(
        "sign_in_ways",
        OF_ACCOUNT,
        {"user_id": Personal("the product's id of a person, or an e-mail address", ASKING, Keep.ACCOUNT)},
        is_deleted=True,
    ),
    PersonalTable(
        "parked_forms",
        OF_ACCOUNT,
        {
            "user_id": Personal("the product's id of a person", PARKED, Keep.ACCOUNT),
            "fields": Personal("what they had typed", PARKED, Keep.ACCOUNT),
            "token_sha256": Personal("a browser that sent it", PARKED, Keep.ACCOUNT),
        },
        is_deleted=True,
        hidden=("token_sha256",),
    ),
)
