-- Credits

CREATE TABLE credit_grants (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    source VARCHAR(32) NOT NULL,
    cause TEXT NOT NULL,
    amount BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    granted_at TIMESTAMPTZ NOT NULL,
    subscription_id UUID,
    expires_at TIMESTAMPTZ,
    held_for INTERVAL,
    is_frozen BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_credit_grants PRIMARY KEY (id),
    CONSTRAINT ck_credit_grants_source_known CHECK (source IN ('package', 'plan', 'adjustment')),
    CONSTRAINT ck_credit_grants_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_credit_grants_remaining_in_range CHECK (remaining BETWEEN 0 AND amount),
    CONSTRAINT ck_credit_grants_held_does_not_expire CHECK (held_for IS NULL OR expires_at IS NULL),
    CONSTRAINT ck_credit_grants_frozen_does_not_expire CHECK (NOT is_frozen OR expires_at IS NULL),
    CONSTRAINT fk_credit_grants_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT uq_credit_grants_cause UNIQUE (cause),
    CONSTRAINT fk_credit_grants_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id)
);
CREATE INDEX ix_credit_grants_expiring ON credit_grants (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;
CREATE INDEX ix_credit_grants_usable ON credit_grants (account_id, expires_at) WHERE remaining > 0;

CREATE TABLE credit_transactions (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    movement VARCHAR(32) NOT NULL,
    amount BIGINT NOT NULL,
    cause TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_transactions PRIMARY KEY (id),
    CONSTRAINT ck_credit_transactions_movement_known CHECK (movement IN ('grant', 'consume', 'expire', 'revoke', 'repay', 'return', 'reserve', 'release', 'adjust')),
    CONSTRAINT ck_credit_transactions_sign_fits_movement CHECK ((movement IN ('grant', 'return', 'release')) = (amount > 0)),
    CONSTRAINT uq_credit_transactions_cause_grant_id UNIQUE (cause, grant_id),
    CONSTRAINT fk_credit_transactions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_credit_transactions_grant_id FOREIGN KEY(grant_id) REFERENCES credit_grants (id)
);
CREATE INDEX ix_credit_transactions_account ON credit_transactions (account_id, created_at, id);

CREATE TABLE credit_debts (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    reason VARCHAR(32) DEFAULT 'returned' NOT NULL,
    cause TEXT NOT NULL,
    amount BIGINT NOT NULL,
    paid BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_debts PRIMARY KEY (id),
    CONSTRAINT ck_credit_debts_reason_known CHECK (reason IN ('returned', 'overdraft')),
    CONSTRAINT ck_credit_debts_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_credit_debts_paid_in_range CHECK (paid BETWEEN 0 AND amount),
    CONSTRAINT fk_credit_debts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT uq_credit_debts_cause UNIQUE (cause)
);
CREATE INDEX ix_credit_debts_owed ON credit_debts (account_id) WHERE paid < amount;

CREATE TABLE balance_watches (
    account_id UUID NOT NULL,
    warn_below BIGINT NOT NULL,
    is_low BOOLEAN DEFAULT 'false' NOT NULL,
    crossings BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_balance_watches PRIMARY KEY (account_id),
    CONSTRAINT ck_balance_watches_threshold_positive CHECK (warn_below > 0),
    CONSTRAINT fk_balance_watches_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_transactions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
