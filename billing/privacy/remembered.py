"""The columns that name a person in what the pipeline remembers: commands, events, what was told and written down.

The rest of the list, and all of it together, is in `personal`.
"""

from billing.privacy.retention import OF_ACCOUNT, Keep, Personal, PersonalTable, decider

# Found by what they mention, and emptied by `forget_memory`.
TOLD = "to do what was asked and told once, and to explain it afterwards"
MEMORY = (
    PersonalTable(
        "operations",
        "",
        {
            "body": Personal("a command as it was given", TOLD, Keep.MEMORY),
            "result": Personal("what came of it", TOLD, Keep.MEMORY),
            "problem": Personal("why it was refused", TOLD, Keep.MEMORY),
            "error": Personal("what went wrong, in a program's words", TOLD, Keep.MEMORY),
            "caller": Personal("who gave it: of a user, the product's id", TOLD, Keep.MEMORY),
            "idempotency_key": Personal("a word of the caller's", TOLD, Keep.MEMORY),
            "discarded_by": decider("who decided against it"),
            "discarded_because": decider("why"),
        },
    ),
    PersonalTable(
        "outbox",
        "",
        {
            "error": Personal("what went wrong, in a program's words", TOLD, Keep.MEMORY),
            "result": Personal("a sender's name of a mail", TOLD, Keep.MEMORY),
            "discarded_by": decider("who decided against it"),
            "discarded_because": decider("why"),
        },
    ),
    *(
        PersonalTable(
            name,
            "",
            {
                "body": Personal("an event as a gateway told it", TOLD, Keep.MEMORY),
                "error": Personal("what went wrong, in a program's words", TOLD, Keep.MEMORY),
                "discarded_by": decider("who decided against it"),
                "discarded_because": decider("why"),
                **more,
            },
        )
        for name, more in (
            ("inbox", {}),
            ("unverified_events", {"evidence": Personal("how it was signed", TOLD, Keep.MEMORY)}),
        )
    ),
)
AUDIT = (
    PersonalTable(
        "audit_personal",
        "entry_id IN (SELECT id FROM audit_entries WHERE account_id = :account_id)",
        {
            "content": Personal("what was said and changed, in words", "to account for who did what", Keep.ACCOUNT),
            "salt": Personal("what hides the above in a hash", "so that nobody guesses it", Keep.ACCOUNT),
        },
        is_deleted=True,
        hidden=("salt",),
    ),
    PersonalTable(
        "audit_entries",
        OF_ACCOUNT,
        {
            "actor_id": decider("who did it; of a user, the product's id"),
            "actor_name": decider("who did it"),
            "actor_role": decider("as what"),
        },
    ),
    PersonalTable(
        "approvals",
        OF_ACCOUNT,
        {
            "effect": decider("what was to be decided, in figures, and why"),
            "asked_by": decider("who wanted it"),
            "decided_by": decider("who decided"),
            "reason": decider("why"),
        },
    ),
)
EVENTS = (
    PersonalTable(
        "product_events",
        OF_ACCOUNT,
        {"data": Personal("what the product was told, as it was then", "to be heard of again", Keep.MEMORY)},
        is_deleted=True,
        is_followed=False,
    ),
    PersonalTable(
        "untold_changes",
        OF_ACCOUNT,
        {
            "before": Personal("what has changed", "to tell the product within seconds", Keep.MEMORY),
            "after": Personal("what has changed", "to tell the product within seconds", Keep.MEMORY),
            "failure": Personal("what went wrong, in a program's words", TOLD, Keep.MEMORY),
        },
        # whole rows of other tables, which a copy has by themselves and without what opens something
        hidden=("before", "after"),
    ),
)
