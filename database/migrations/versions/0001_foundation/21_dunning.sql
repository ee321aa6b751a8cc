-- What was not paid

CREATE TABLE dunnings (
    invoice_id UUID NOT NULL,
    account_id UUID NOT NULL,
    subscription_id UUID,
    clock_id UUID,
    state VARCHAR(32) NOT NULL,
    policy JSONB NOT NULL,
    attempts BIGINT NOT NULL,
    last_code TEXT DEFAULT '' NOT NULL,
    needs_new_card BOOLEAN DEFAULT 'false' NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    written_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_dunnings PRIMARY KEY (invoice_id),
    CONSTRAINT ck_dunnings_state_known CHECK (state IN ('open', 'recovered', 'exhausted', 'stopped')),
    CONSTRAINT ck_dunnings_closed_has_a_time CHECK ((state = 'open') = (closed_at IS NULL)),
    CONSTRAINT ck_dunnings_closed_tries_no_more CHECK (state = 'open' OR (next_attempt_at IS NULL)),
    CONSTRAINT fk_dunnings_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_dunnings_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_dunnings_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_dunnings_clock_id FOREIGN KEY(clock_id) REFERENCES test_clocks (id)
);
CREATE INDEX ix_dunnings_account ON dunnings (account_id) WHERE state = 'open';
CREATE INDEX ix_dunnings_ends ON dunnings (ends_at) WHERE state = 'open';
CREATE INDEX ix_dunnings_next ON dunnings (next_attempt_at) WHERE state = 'open';
