-- Time and customers

CREATE TABLE test_clocks (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    status VARCHAR(32) DEFAULT 'ready' NOT NULL,
    frozen_at TIMESTAMPTZ NOT NULL,
    target_at TIMESTAMPTZ NOT NULL,
    gateway TEXT DEFAULT '' NOT NULL,
    clock_ref TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_test_clocks PRIMARY KEY (id),
    CONSTRAINT ck_test_clocks_frozen_at_in_calendar CHECK (frozen_at >= '2000-01-01T00:00:00Z' AND frozen_at < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_test_clocks_target_at_in_calendar CHECK (target_at >= '2000-01-01T00:00:00Z' AND target_at < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_test_clocks_status_known CHECK (status IN ('ready', 'advancing', 'arriving')),
    CONSTRAINT ck_test_clocks_time_goes_on CHECK (target_at >= frozen_at),
    CONSTRAINT ck_test_clocks_advancing_has_a_way CHECK ((status = 'advancing') = (target_at > frozen_at))
);

CREATE TABLE accounts (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    owner TEXT NOT NULL,
    billing_email TEXT NOT NULL,
    line1 TEXT NOT NULL,
    line2 TEXT NOT NULL,
    city TEXT NOT NULL,
    region TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    country TEXT NOT NULL,
    tax_id TEXT NOT NULL,
    clock_id UUID,
    credit_debt_max BIGINT DEFAULT '10000' NOT NULL,
    credit_overdraft_max BIGINT DEFAULT '0' NOT NULL,
    time_zone TEXT DEFAULT 'UTC' NOT NULL,
    locale TEXT DEFAULT 'en' NOT NULL,
    closed_at TIMESTAMPTZ,
    keep_until TIMESTAMPTZ,
    forget_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ,
    suspended_at TIMESTAMPTZ,
    suspended_because TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT ck_accounts_credit_debt_max_not_negative CHECK (credit_debt_max >= 0),
    CONSTRAINT ck_accounts_credit_overdraft_max_not_negative CHECK (credit_overdraft_max >= 0),
    CONSTRAINT ck_accounts_closed_is_kept CHECK ((closed_at IS NULL) = (keep_until IS NULL)),
    CONSTRAINT ck_accounts_closed_is_erased CHECK (closed_at IS NOT NULL OR (forget_at IS NULL AND erased_at IS NULL)),
    CONSTRAINT ck_accounts_suspended_for_a_reason CHECK ((suspended_at IS NULL) = (suspended_because = '')),
    CONSTRAINT ck_accounts_country_iso CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT uq_accounts_slug UNIQUE (slug),
    CONSTRAINT fk_accounts_clock_id FOREIGN KEY(clock_id) REFERENCES test_clocks (id)
);
CREATE INDEX ix_accounts_forget ON accounts (forget_at) WHERE forget_at IS NOT NULL;
CREATE INDEX ix_accounts_keep ON accounts (keep_until) WHERE closed_at IS NOT NULL AND erased_at IS NULL;
CREATE INDEX ix_accounts_newest ON accounts (created_at, id);
CREATE INDEX ix_accounts_owner ON accounts (owner);
CREATE INDEX ix_accounts_billing_email ON accounts (lower(billing_email) text_pattern_ops);
CREATE INDEX ix_accounts_name ON accounts (lower(name) text_pattern_ops);

CREATE TABLE gateway_customers (
    gateway TEXT NOT NULL,
    customer_ref TEXT NOT NULL,
    account_id UUID NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    deleted_at TIMESTAMPTZ,
    CONSTRAINT pk_gateway_customers PRIMARY KEY (gateway, customer_ref),
    CONSTRAINT fk_gateway_customers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE UNIQUE INDEX uq_gateway_customers_live ON gateway_customers (account_id, gateway) WHERE deleted_at IS NULL;
