"""Who may do what, as SQL. Renewed after every migration; the ingress role cannot touch the books."""

INGRESS = "cashbeat_ingress"
WORKER = "cashbeat_worker"

# What the door writes, and what it serves.
INGRESS_WRITES = ("inbox", "operations")
INGRESS_READS = (
    "inbox", "operations", "api_keys", "heartbeats", "outbox",
    "accounts", "credit_packages", "credit_grants", "credit_transactions",
    "invoices", "invoice_lines", "invoice_documents", "receipts", "allocations", "least_charges", "tax_rates",
    "plans", "plan_versions", "plan_prices", "services", "service_prices", "coupons",
    "subscriptions", "subscription_services", "subscription_periods", "cards", "dunnings", "test_clocks",
    "auto_top_ups", "balance_watches",
)  # fmt: skip
# Append-only: history is never edited, not even by us.
APPEND_ONLY = ("ledger_transactions", "ledger_entries", "credit_transactions", "allocations")


def create_roles() -> list[str]:
    """Statements that make both roles exist and lend them to the connecting user. Roles belong to the whole cluster."""
    return [
        f"""DO $$ BEGIN CREATE ROLE {role} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""
        for role in (INGRESS, WORKER)
    ] + [f"GRANT {role} TO CURRENT_USER" for role in (INGRESS, WORKER)]


def grant_roles() -> list[str]:
    """Statements that give each role exactly its rights on the present tables."""
    return [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WORKER}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WORKER}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(APPEND_ONLY)} FROM {WORKER}",
        f"GRANT SELECT ON {', '.join(INGRESS_READS)} TO {INGRESS}",
        f"GRANT INSERT ON {', '.join(INGRESS_WRITES)} TO {INGRESS}",
    ]
