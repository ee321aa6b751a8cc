"""Rights to the pipeline's memory."""

from collections.abc import Mapping
from dataclasses import replace

from database.rights.decision import (
    DECIDED,
    KEEPS,
    KEEPS_AND_REMOVES,
    NOTHING,
    PROGRESS,
    READS,
    READS_AND_ADDS,
    Decision,
    Rights,
    changes,
)
from database.rights.whose import EVERY_ACCOUNT, OF_CALLER, OF_SELLER, nobodys

# The door writes events with COPY, which PostgreSQL refuses where there are policies. It shows them to operators alone:
# the route takes `work:read`.
FROM_GATEWAYS = nobodys("what gateways tell: whose it is, is known once a worker has read it")
OF_GATEWAYS = nobodys("by what webhooks are checked, before anything is known of a caller")
OF_CALLERS = nobodys("who calls is looked up here")
OF_PIPELINE = nobodys("how the pipeline fares, in figures")

OF_SIGN_IN_MAILS = replace(OF_SELLER, to_add=f"{EVERY_ACCOUNT} AND topic = 'portal_sign_in'")

# how far work has come, and nothing of what was told
FIGURES_OF_WORK = ("gateway", "created_at", *PROGRESS)
SHOWN_OF_KEYS = (
    "id", "name", "hint", "scopes", "account_ids", "requests_per_minute_max", "staff_id", "created_at", "expires_at",
    "revoked_at", "last_used_at",
)  # fmt: skip

PIPELINE: Mapping[str, Decision] = {
    "inbox": Decision(
        Rights(reads=True, adds=True, changes=(*PROGRESS, *DECIDED), removes=True),
        door=READS_AND_ADDS,
        whose=FROM_GATEWAYS,
    ),
    # what may be genuine: the door knows neither which is, nor by which certificate until a worker has fetched it
    "unverified_events": Decision(
        Rights(reads=True, changes=PROGRESS, removes=True), door=READS_AND_ADDS,
        console=Rights(reads_only=FIGURES_OF_WORK), whose=FROM_GATEWAYS,
    ),
    "gateway_certificates": Decision(KEEPS_AND_REMOVES, door=READS, console=NOTHING, whose=OF_GATEWAYS),
    "webhook_findings": Decision(KEEPS, door=READS, whose=OF_PIPELINE),
    # what was said in it goes with the account that it was about
    "operations": Decision(
        changes(*PROGRESS, *DECIDED, "result", "problem", "body", "idempotency_key", "caller"),
        door=READS_AND_ADDS,
        portal=READS_AND_ADDS,
        console=READS_AND_ADDS,
        whose=OF_CALLER.also_with("work:read"),
    ),
    # the portal asks for one kind of mail, whose address and time it cannot choose but by asking
    "outbox": Decision(
        changes(*PROGRESS, *DECIDED, "result"),
        door=READS,
        portal=Rights(reads_only=("id", "cause"), adds=True),
        whose=OF_SIGN_IN_MAILS,
    ),
    "job_periods": Decision(Rights(reads=True, adds=True, removes=True)),
    "heartbeats": Decision(KEEPS, door=READS, whose=OF_PIPELINE),
    "event_pulls": Decision(KEEPS, door=READS, whose=OF_PIPELINE),
    "database_lineage": Decision(READS),
    # whoever approves a payment by a key is kept by its name
    # likewise; in which role the door has to know
    "staff_members": Decision(changes("role", "ended_at"), door=READS, whose=OF_CALLERS),
    # What stands for a key no worker can read, and of one that there is nothing but its end can be changed. The door
    # notes which of them are still used, and nothing else of them.
    "api_keys": Decision(
        Rights(reads_only=SHOWN_OF_KEYS, adds=True, changes=("revoked_at",)),
        door=Rights(reads=True, changes=("last_used_at",)),
        # nobody comes to the console with a key
        console=Rights(reads_only=SHOWN_OF_KEYS),
        whose=OF_CALLERS,
    ),
    # Who of staff may enter the console, and who is in it. It notes that a link is used, a code shown, that somebody is
    # still there, and that they left; the secret of an authenticator is sealed, and the console's alone.
    "staff_links": Decision(
        Rights(reads=True, removes=True), console=Rights(reads=True, changes=("used_at",)), whose=OF_CALLERS
    ),
    "staff_sessions": Decision(
        Rights(reads=True, removes=True),
        console=changes("token_sha256", "tries", "seen_at", "proven_at", "ends_at", "ended_at"),
        whose=OF_CALLERS,
    ),
    "staff_parked_forms": Decision(
        Rights(reads=True, removes=True), console=changes("fields", "over_at"), whose=OF_CALLERS
    ),
    "staff_second_factors": Decision(
        NOTHING, console=changes("secret", "drawn_at", "confirmed_at", "last_step"), whose=OF_CALLERS
    ),
    "call_rates": Decision(KEEPS, door=READS, whose=OF_PIPELINE),
    # All workers are one role, so each may read every provider's row, and say whether it is called; what it is not told
    # is the master key, unless its queue talks to one (`READ_BY` in settings). The door checks signatures: it can read
    # where a provider is, since the certificates of its webhooks lie there, and nothing that calls anybody.
    "integration_providers": Decision(
        Rights(reads=True, changes=("active",)),
        door=Rights(
            reads_only=("id", "endpoint", "display_name", "type", "active", "sandbox", "has_key", "created_at")
        ),
        whose=OF_GATEWAYS,
    ),
    # the console counts those that sign now
    "webhook_secrets": Decision(
        NOTHING, door=READS, console=Rights(reads_only=("provider_id", "active_from", "active_until")),
        whose=OF_GATEWAYS,
    ),
}  # fmt: skip
