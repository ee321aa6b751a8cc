"""Foundation: the pipeline's memory, accounts, catalog, invoices, payments, credits and the ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("billing_email", sa.Text(), nullable=False),
        sa.Column("line1", sa.Text(), nullable=False),
        sa.Column("line2", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name="ck_accounts_country_iso"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("slug", name="uq_accounts_slug"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("secret_sha256", name="uq_api_keys_secret_sha256"),
    )
    op.create_table(
        "credit_packages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_ppm", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("featured", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("sort_order", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("credits > 0", name="ck_credit_packages_credits_positive"),
        sa.CheckConstraint("discount_ppm BETWEEN 0 AND 1000000", name="ck_credit_packages_discount_is_a_share"),
        sa.CheckConstraint("list_price_minor >= 0", name="ck_credit_packages_price_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_packages"),
        sa.UniqueConstraint("slug", name="uq_credit_packages_slug"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name="pk_heartbeats"),
    )
    op.create_table(
        "inbox",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "done", "rejected", "parked", name="workstate", native_enum=False, length=32),
            server_default="ready",
            nullable=False,
        ),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'done', 'rejected', 'parked')", name="ck_inbox_state_known"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("gateway", "event_id", name="uq_inbox_gateway_event_id"),
    )
    op.create_index(
        "ix_inbox_due", "inbox", ["next_attempt_at"], unique=False, postgresql_where=sa.text("state = 'ready'")
    )
    op.create_index("ix_inbox_parked", "inbox", ["id"], unique=False, postgresql_where=sa.text("state = 'parked'"))
    op.create_table(
        "invoice_counters",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_invoice_counters"),
    )
    op.create_table(
        "job_periods",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("job", "period_start", name="pk_job_periods"),
    )
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum("invoice_issued", "payment_captured", name="ledgerreason", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "reason IN ('invoice_issued', 'payment_captured')", name="ck_ledger_transactions_reason_known"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_transactions"),
        sa.UniqueConstraint("cause", name="uq_ledger_transactions_cause"),
    )
    op.create_table(
        "operations",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "done", "rejected", "parked", name="workstate", native_enum=False, length=32),
            server_default="ready",
            nullable=False,
        ),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'done', 'rejected', 'parked')", name="ck_operations_state_known"),
        sa.PrimaryKeyConstraint("id", name="pk_operations"),
    )
    op.create_index(
        "ix_operations_due",
        "operations",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_operations_parked", "operations", ["id"], unique=False, postgresql_where=sa.text("state = 'parked'")
    )
    op.create_table(
        "outbox",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "done", "rejected", "parked", name="workstate", native_enum=False, length=32),
            server_default="ready",
            nullable=False,
        ),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'done', 'rejected', 'parked')", name="ck_outbox_state_known"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("cause", name="uq_outbox_cause"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["next_attempt_at"], unique=False, postgresql_where=sa.text("state = 'ready'")
    )
    op.create_index("ix_outbox_parked", "outbox", ["id"], unique=False, postgresql_where=sa.text("state = 'parked'"))
    op.create_table(
        "tax_rates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("rate_ppm BETWEEN 0 AND 1000000", name="ck_tax_rates_rate_is_a_share"),
        sa.PrimaryKeyConstraint("id", name="pk_tax_rates"),
        sa.UniqueConstraint("country", "name", "valid_from", name="uq_tax_rates_country_name_valid_from"),
    )
    op.create_table(
        "credit_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Enum("package", name="creditsource", native_enum=False, length=32), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('package')", name="ck_credit_grants_source_known"),
        sa.CheckConstraint("amount > 0", name="ck_credit_grants_amount_positive"),
        sa.CheckConstraint("remaining BETWEEN 0 AND amount", name="ck_credit_grants_remaining_in_range"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_credit_grants_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_grants"),
        sa.UniqueConstraint("cause", name="uq_credit_grants_cause"),
    )
    op.create_index(
        "ix_credit_grants_usable",
        "credit_grants",
        ["account_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_table(
        "gateway_customers",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("customer_ref", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_gateway_customers_account_id"),
        sa.PrimaryKeyConstraint("account_id", "gateway", name="pk_gateway_customers"),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft", "pending", "paid", "void", "uncollectible", name="invoicestatus", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("subtotal_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("buyer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'paid') = (paid_at IS NOT NULL)", name="ck_invoices_paid_has_a_time"),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'paid', 'void', 'uncollectible')", name="ck_invoices_status_known"
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'void') OR number IS NOT NULL", name="ck_invoices_numbered_once_issued"
        ),
        sa.CheckConstraint("(number IS NULL) = (issued_at IS NULL)", name="ck_invoices_number_and_issue_together"),
        sa.CheckConstraint("total_minor = subtotal_minor + tax_minor", name="ck_invoices_total_adds_up"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_invoices_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("cause", name="uq_invoices_cause"),
        sa.UniqueConstraint("number", name="uq_invoices_number"),
    )
    op.create_index("ix_invoices_account", "invoices", ["account_id", "id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ledger_account",
            sa.Enum(
                "gateway_clearing",
                "receivable",
                "deferred_revenue",
                "tax_payable",
                name="ledgeraccount",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "ledger_account IN ('gateway_clearing', 'receivable', 'deferred_revenue', 'tax_payable')",
            name="ck_ledger_entries_ledger_account_known",
        ),
        sa.CheckConstraint("amount_minor <> 0", name="ck_ledger_entries_amount_moves"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_ledger_entries_account_id"),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transactions.id"], name="fk_ledger_entries_transaction_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entries"),
    )
    op.create_index("ix_ledger_entries_account", "ledger_entries", ["account_id"], unique=False)
    op.create_index("ix_ledger_entries_transaction", "ledger_entries", ["transaction_id"], unique=False)
    op.create_table(
        "credit_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "movement",
            sa.Enum("grant", "consume", "expire", name="creditmovement", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(movement = 'grant') = (amount > 0)", name="ck_credit_transactions_sign_fits_movement"),
        sa.CheckConstraint("movement IN ('grant', 'consume', 'expire')", name="ck_credit_transactions_movement_known"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_credit_transactions_account_id"),
        sa.ForeignKeyConstraint(["grant_id"], ["credit_grants.id"], name="fk_credit_transactions_grant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_transactions"),
        sa.UniqueConstraint("cause", "grant_id", name="uq_credit_transactions_cause_grant_id"),
    )
    op.create_index("ix_credit_transactions_account", "credit_transactions", ["account_id", "id"], unique=False)
    op.create_table(
        "invoice_documents",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name="fk_invoice_documents_invoice_id"),
        sa.PrimaryKeyConstraint("invoice_id", "kind", name="pk_invoice_documents"),
    )
    op.create_table(
        "invoice_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_name", sa.Text(), nullable=False),
        sa.Column("tax_rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("net_minor = quantity * unit_minor", name="ck_invoice_lines_net_adds_up"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name="fk_invoice_lines_invoice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_lines"),
        sa.UniqueConstraint("invoice_id", "position", name="uq_invoice_lines_invoice_id_position"),
    )
    op.create_table(
        "payment_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "created",
                "unknown",
                "pending",
                "captured",
                "failed",
                "expired",
                name="attemptstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checkout_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("checkout_url", sa.Text(), server_default="", nullable=False),
        sa.Column("payment_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("charge_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("failure_code", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'captured') = (captured_at IS NOT NULL)", name="ck_payment_attempts_captured_has_a_time"
        ),
        sa.CheckConstraint(
            "status IN ('created', 'unknown', 'pending', 'captured', 'failed', 'expired')",
            name="ck_payment_attempts_status_known",
        ),
        sa.CheckConstraint("amount_minor > 0", name="ck_payment_attempts_amount_positive"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_payment_attempts_account_id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name="fk_payment_attempts_invoice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_attempts"),
        sa.UniqueConstraint("cause", name="uq_payment_attempts_cause"),
    )
    op.create_index(
        "ix_payment_attempts_look_up",
        "payment_attempts",
        ["look_up_at"],
        unique=False,
        postgresql_where=sa.text("look_up_at IS NOT NULL"),
    )
    op.create_index(
        "uq_payment_attempts_checkout",
        "payment_attempts",
        ["gateway", "checkout_ref"],
        unique=True,
        postgresql_where=sa.text("checkout_ref <> ''"),
    )
    op.create_index(
        "uq_payment_attempts_payment",
        "payment_attempts",
        ["gateway", "payment_ref"],
        unique=True,
        postgresql_where=sa.text("payment_ref <> ''"),
    )

    for statement in (*_storage(), *_append_only(), *_zero_sum()):
        op.execute(statement)


def _storage() -> list[str]:
    """Events are not compressed at the door. Bodies above 2 kB lie out of line, where updates do not copy them."""
    return [
        "ALTER TABLE inbox ALTER COLUMN body SET STORAGE EXTERNAL",
        # rows are updated twice in their life; room on the page keeps those updates out of the indexes
        "ALTER TABLE outbox SET (fillfactor = 80)",
        "ALTER TABLE invoice_documents ALTER COLUMN content SET STORAGE EXTERNAL",
    ]


def _append_only() -> list[str]:
    """A second wall behind the missing grants: history is never edited, not even by the owner."""
    function = """
        CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
    """
    return [function] + [
        f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit()"""
        for table in ("ledger_transactions", "ledger_entries", "credit_transactions")
    ]


def _zero_sum() -> list[str]:
    """Every statement that adds entries must leave each touched transaction at zero in each currency."""
    function = """
        CREATE FUNCTION refuse_crooked_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE crooked uuid;
        BEGIN
            -- one index look-up per transaction: the planner knows nothing about the size of `added`
            SELECT a.transaction_id INTO crooked FROM (SELECT DISTINCT transaction_id FROM added) a
            CROSS JOIN LATERAL (
                SELECT 1 FROM ledger_entries e WHERE e.transaction_id = a.transaction_id
                GROUP BY e.currency HAVING sum(e.amount_minor) <> 0 LIMIT 1
            ) off LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'ledger transaction % does not sum to zero', crooked USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
    """
    trigger = """
        CREATE TRIGGER zero_sum AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_crooked_transaction()
    """
    return [function, trigger]
