"""Subscriptions: plans, cards, cycles, dunning, test clocks, and money kept on accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# table, constraint and the states it knows from now on
WIDENED = (
    ("credit_grants", "source", ("package", "plan")),
    ("credit_transactions", "movement", ("grant", "consume", "expire", "revoke")),
    (
        "ledger_transactions",
        "reason",
        ("invoice_issued", "invoice_voided", "payment_captured", "balance_kept", "balance_used"),
    ),
    (
        "ledger_entries",
        "ledger_account",
        ("gateway_clearing", "receivable", "deferred_revenue", "customer_balance", "tax_payable"),
    ),
)


def upgrade() -> None:
    op.create_table(
        "call_rates",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_call_rates")),
    )
    op.create_table(
        "coupons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("percent_ppm", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("periods", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("redemptions_max", sa.BigInteger(), nullable=True),
        sa.Column("redemptions", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(amount_minor > 0) = (currency <> '')", name=op.f("ck_coupons_amount_has_a_currency")),
        sa.CheckConstraint("(percent_ppm > 0) <> (amount_minor > 0)", name=op.f("ck_coupons_percent_or_amount")),
        sa.CheckConstraint("percent_ppm BETWEEN 0 AND 1000000", name=op.f("ck_coupons_percent_is_a_share")),
        sa.CheckConstraint("periods >= 0", name=op.f("ck_coupons_periods_not_negative")),
        sa.CheckConstraint(
            "redemptions_max IS NULL OR redemptions <= redemptions_max", name=op.f("ck_coupons_redemptions_limited")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code", name=op.f("uq_coupons_code")),
    )
    op.create_table(
        "dunning_policies",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("retry_days", postgresql.JSONB(), nullable=False),
        sa.Column(
            "at_the_end",
            sa.Enum("cancel", "mark_unpaid", "pause", name="dunningend", native_enum=False, length=32),
            nullable=False,
        ),
        sa.CheckConstraint(
            "at_the_end IN ('cancel', 'mark_unpaid', 'pause')", name=op.f("ck_dunning_policies_at_the_end_known")
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_dunning_policies")),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("featured", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("sort_order", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("slug", name=op.f("uq_plans_slug")),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("slug", name=op.f("uq_services_slug")),
    )
    op.create_table(
        "test_clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("target_at >= frozen_at", name=op.f("ck_test_clocks_time_goes_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_clocks")),
    )
    op.create_table(
        "plan_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("credits_roll_over", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("sites_max", sa.BigInteger(), nullable=True),
        sa.Column("users_max", sa.BigInteger(), nullable=True),
        sa.Column("trial_days", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("credits >= 0 AND trial_days >= 0", name=op.f("ck_plan_versions_amounts_not_negative")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_versions_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_versions")),
        sa.UniqueConstraint("plan_id", "version", name=op.f("uq_plan_versions_plan_id_version")),
    )
    op.create_table(
        "service_prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "interval", sa.Enum("once", "month", "year", name="interval", native_enum=False, length=32), nullable=False
        ),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("interval <> 'year'", name=op.f("ck_service_prices_interval_is_sold")),
        sa.CheckConstraint("interval IN ('once', 'month', 'year')", name=op.f("ck_service_prices_interval_known")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_service_prices_price_not_negative")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_service_prices_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_prices")),
        sa.UniqueConstraint(
            "service_id", "currency", "version", name=op.f("uq_service_prices_service_id_currency_version")
        ),
    )
    op.create_table(
        "account_balances",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("ck_account_balances_balance_not_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_balances_account_id")),
        sa.PrimaryKeyConstraint("account_id", "currency", name=op.f("pk_account_balances")),
    )
    op.create_table(
        "balance_watches",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("warn_below", sa.BigInteger(), nullable=False),
        sa.Column("is_low", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("crossings", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("warn_below > 0", name=op.f("ck_balance_watches_threshold_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_balance_watches_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_balance_watches")),
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("card_ref", sa.Text(), nullable=False),
        sa.Column("customer_ref", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("exp_month", sa.BigInteger(), nullable=False),
        sa.Column("exp_year", sa.BigInteger(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("detached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("NOT (is_default AND detached_at IS NOT NULL)", name=op.f("ck_cards_default_is_attached")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cards_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("gateway", "card_ref", name=op.f("uq_cards_gateway_card_ref")),
    )
    op.create_index("ix_cards_account", "cards", ["account_id", "id"], unique=False)
    op.create_index("uq_cards_default", "cards", ["account_id"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_table(
        "plan_prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column(
            "interval", sa.Enum("once", "month", "year", name="interval", native_enum=False, length=32), nullable=False
        ),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("interval <> 'once'", name=op.f("ck_plan_prices_interval_recurs")),
        sa.CheckConstraint("interval IN ('once', 'month', 'year')", name=op.f("ck_plan_prices_interval_known")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_plan_prices_price_not_negative")),
        sa.ForeignKeyConstraint(["version_id"], ["plan_versions.id"], name=op.f("fk_plan_prices_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_prices")),
        sa.UniqueConstraint(
            "version_id", "currency", "interval", name=op.f("uq_plan_prices_version_id_currency_interval")
        ),
    )
    op.create_table(
        "gateway_prices",
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("price_ref", sa.Text(), nullable=False),
        sa.Column("price_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["price_id"], ["plan_prices.id"], name=op.f("fk_gateway_prices_price_id")),
        sa.PrimaryKeyConstraint("gateway", "price_ref", name=op.f("pk_gateway_prices")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "incomplete",
                "trialing",
                "active",
                "past_due",
                "paused",
                "canceled",
                "expired",
                name="subscriptionstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "collection",
            sa.Enum("gateway", "cashbeat", name="collection", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("pay_by", sa.Enum("card", "transfer", name="payby", native_enum=False, length=32), nullable=False),
        sa.Column("gateway", sa.Text(), server_default="", nullable=False),
        sa.Column("subscription_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("price_id", sa.Uuid(), nullable=False),
        sa.Column("next_price_id", sa.Uuid(), nullable=True),
        sa.Column(
            "interval", sa.Enum("once", "month", "year", name="interval", native_enum=False, length=32), nullable=False
        ),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("dunning_policy", sa.Text(), server_default="default", nullable=False),
        sa.Column("anchor", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trial_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_at_period_end", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coupon_id", sa.Uuid(), nullable=True),
        sa.Column("discount_ppm", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("discount_periods", sa.BigInteger(), server_default="0", nullable=True),
        sa.Column("is_period_discounted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'paused') = (paused_at IS NOT NULL)", name=op.f("ck_subscriptions_paused_has_a_time")
        ),
        sa.CheckConstraint(
            "(status IN ('canceled', 'expired')) = (ended_at IS NOT NULL)",
            name=op.f("ck_subscriptions_ended_has_a_time"),
        ),
        sa.CheckConstraint(
            "collection = 'cashbeat' OR due_at IS NULL", name=op.f("ck_subscriptions_gateway_runs_its_own_cycle")
        ),
        sa.CheckConstraint("collection IN ('gateway', 'cashbeat')", name=op.f("ck_subscriptions_collection_known")),
        sa.CheckConstraint("interval IN ('once', 'month', 'year')", name=op.f("ck_subscriptions_interval_known")),
        sa.CheckConstraint("pay_by IN ('card', 'transfer')", name=op.f("ck_subscriptions_pay_by_known")),
        sa.CheckConstraint(
            "status IN ('incomplete', 'trialing', 'active', 'past_due', 'paused', 'canceled', 'expired')",
            name=op.f("ck_subscriptions_status_known"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('canceled', 'expired') OR due_at IS NULL", name=op.f("ck_subscriptions_ended_is_never_due")
        ),
        sa.CheckConstraint(
            "discount_ppm BETWEEN 0 AND 1000000 AND discount_minor >= 0",
            name=op.f("ck_subscriptions_discount_in_range"),
        ),
        sa.CheckConstraint("period_end > period_start", name=op.f("ck_subscriptions_period_has_length")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_subscriptions_account_id")),
        sa.ForeignKeyConstraint(["clock_id"], ["test_clocks.id"], name=op.f("fk_subscriptions_clock_id")),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_subscriptions_coupon_id")),
        sa.ForeignKeyConstraint(
            ["dunning_policy"], ["dunning_policies.slug"], name=op.f("fk_subscriptions_dunning_policy")
        ),
        sa.ForeignKeyConstraint(["next_price_id"], ["plan_prices.id"], name=op.f("fk_subscriptions_next_price_id")),
        sa.ForeignKeyConstraint(["price_id"], ["plan_prices.id"], name=op.f("fk_subscriptions_price_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_index("ix_subscriptions_account", "subscriptions", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_subscriptions_due",
        "subscriptions",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL AND failed_at IS NULL"),
    )
    op.create_index(
        "ix_subscriptions_failed",
        "subscriptions",
        ["id"],
        unique=False,
        postgresql_where=sa.text("failed_at IS NOT NULL"),
    )
    op.create_index(
        "uq_subscriptions_gateway",
        "subscriptions",
        ["gateway", "subscription_ref"],
        unique=True,
        postgresql_where=sa.text("subscription_ref <> ''"),
    )
    op.create_table(
        "subscription_services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("price_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_subscription_services_quantity_positive")),
        sa.ForeignKeyConstraint(["price_id"], ["service_prices.id"], name=op.f("fk_subscription_services_price_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_subscription_services_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_services")),
        sa.UniqueConstraint(
            "subscription_id", "price_id", name=op.f("uq_subscription_services_subscription_id_price_id")
        ),
    )
    op.create_table(
        "auto_top_ups",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("top_up_below", sa.BigInteger(), nullable=False),
        sa.Column("monthly_max", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("purchases", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_code", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("purchases BETWEEN 0 AND monthly_max", name=op.f("ck_auto_top_ups_purchases_limited")),
        sa.CheckConstraint("top_up_below > 0 AND monthly_max > 0", name=op.f("ck_auto_top_ups_limits_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_auto_top_ups_account_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_auto_top_ups_invoice_id")),
        sa.ForeignKeyConstraint(["package_id"], ["credit_packages.id"], name=op.f("fk_auto_top_ups_package_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_auto_top_ups")),
    )
    op.create_table(
        "dunnings",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("clock_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "recovered", "exhausted", "stopped", name="dunningstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("policy", postgresql.JSONB(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_code", sa.Text(), server_default="", nullable=False),
        sa.Column("needs_new_card", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_dunnings_closed_has_a_time")),
        sa.CheckConstraint(
            "state = 'open' OR (next_attempt_at IS NULL)", name=op.f("ck_dunnings_closed_tries_no_more")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'recovered', 'exhausted', 'stopped')", name=op.f("ck_dunnings_state_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_dunnings_account_id")),
        sa.ForeignKeyConstraint(["clock_id"], ["test_clocks.id"], name=op.f("fk_dunnings_clock_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_dunnings_invoice_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_dunnings_subscription_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_dunnings")),
    )
    op.create_index(
        "ix_dunnings_account", "dunnings", ["account_id"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "ix_dunnings_ends", "dunnings", ["ends_at"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "ix_dunnings_next", "dunnings", ["next_attempt_at"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "subscription_periods",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_subscription_periods_invoice_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_subscription_periods_subscription_id")
        ),
        sa.PrimaryKeyConstraint("subscription_id", "period_start", name=op.f("pk_subscription_periods")),
    )
    op.create_index("uq_gateway_customers_customer", "gateway_customers", ["gateway", "customer_ref"], unique=True)
    op.add_column("accounts", sa.Column("clock_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_accounts_clock_id"), "accounts", "test_clocks", ["clock_id"], ["id"])
    op.add_column("credit_grants", sa.Column("subscription_id", sa.Uuid(), nullable=True))
    op.add_column("credit_grants", sa.Column("held_for", sa.Interval(), nullable=True))
    op.create_index(
        "ix_credit_grants_expiring",
        "credit_grants",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("remaining > 0 AND expires_at IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_credit_grants_subscription_id"), "credit_grants", "subscriptions", ["subscription_id"], ["id"]
    )
    op.add_column("invoice_lines", sa.Column("credits_expire_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "invoice_lines",
        sa.Column(
            "kind",
            sa.Enum("charge", "credit", "discount", "kept", name="linekind", native_enum=False, length=32),
            server_default="charge",
            nullable=False,
        ),
    )
    op.add_column("invoice_lines", sa.Column("period_start", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoice_lines", sa.Column("period_end", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invoices", sa.Column("subscription_id", sa.Uuid(), nullable=True))
    op.add_column(
        "invoices",
        sa.Column(
            "reason",
            sa.Enum(
                "purchase", "start", "renewal", "change", "top_up", name="invoicereason", native_enum=False, length=32
            ),
            server_default="purchase",
            nullable=False,
        ),
    )
    op.add_column("invoices", sa.Column("gateway", sa.Text(), server_default="", nullable=False))
    op.add_column("invoices", sa.Column("invoice_ref", sa.Text(), server_default="", nullable=False))
    op.add_column("invoices", sa.Column("balance_used_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_invoices_subscription",
        "invoices",
        ["subscription_id"],
        unique=False,
        postgresql_where=sa.text("subscription_id IS NOT NULL"),
    )
    op.create_index(
        "uq_invoices_gateway",
        "invoices",
        ["gateway", "invoice_ref"],
        unique=True,
        postgresql_where=sa.text("invoice_ref <> ''"),
    )
    op.create_foreign_key(op.f("fk_invoices_subscription_id"), "invoices", "subscriptions", ["subscription_id"], ["id"])
    op.add_column(
        "payment_attempts",
        sa.Column(
            "kind",
            sa.Enum("checkout", "charge", "gateway", name="attemptkind", native_enum=False, length=32),
            server_default="checkout",
            nullable=False,
        ),
    )
    op.add_column("payment_attempts", sa.Column("card_id", sa.Uuid(), nullable=True))
    op.create_index("ix_payment_attempts_invoice", "payment_attempts", ["invoice_id"], unique=False)
    op.create_index(
        "uq_payment_attempts_live_charge",
        "payment_attempts",
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'charge' AND status IN ('created', 'unknown', 'pending')"),
    )
    op.create_foreign_key(op.f("fk_payment_attempts_card_id"), "payment_attempts", "cards", ["card_id"], ["id"])

    for table, column, states in WIDENED:
        name = f"ck_{table}_{column}_known"
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(op.f(name), table, sa.column(column).in_(states))
    for statement in (*_new_checks(), *_first_rows()):
        op.execute(statement)


def _new_checks() -> list[str]:
    """Alembic compares no CHECK constraints of tables that were there before."""
    return [
        """ALTER TABLE invoices
        ADD CONSTRAINT ck_invoices_reason_known CHECK (reason IN ('purchase', 'start', 'renewal', 'change', 'top_up')),
        ADD CONSTRAINT ck_invoices_total_not_negative CHECK (total_minor >= 0),
        ADD CONSTRAINT ck_invoices_balance_within_total CHECK (balance_used_minor BETWEEN 0 AND total_minor)""",
        """ALTER TABLE invoice_lines
        ADD CONSTRAINT ck_invoice_lines_kind_known CHECK (kind IN ('charge', 'credit', 'discount', 'kept'))""",
        """ALTER TABLE credit_grants
        ADD CONSTRAINT ck_credit_grants_held_does_not_expire CHECK (held_for IS NULL OR expires_at IS NULL)""",
        """ALTER TABLE payment_attempts
        ADD CONSTRAINT ck_payment_attempts_kind_known CHECK (kind IN ('checkout', 'charge', 'gateway'))""",
    ]


def _first_rows() -> list[str]:
    """What every installation needs: the policy that subscriptions follow unless told otherwise."""
    return ["INSERT INTO dunning_policies (slug, retry_days, at_the_end) VALUES ('default', '[1, 3, 5, 7]', 'cancel')"]
