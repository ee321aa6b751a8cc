-- What subscriptions were invoiced for

CREATE TABLE subscription_periods (
    subscription_id UUID NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    period_end TIMESTAMPTZ NOT NULL,
    invoice_id UUID,
    CONSTRAINT pk_subscription_periods PRIMARY KEY (subscription_id, period_start),
    CONSTRAINT fk_subscription_periods_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_subscription_periods_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE pending_changes (
    invoice_id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    price_id UUID NOT NULL,
    anchor TIMESTAMPTZ NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    period_end TIMESTAMPTZ NOT NULL,
    credits_taken_back BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT pk_pending_changes PRIMARY KEY (invoice_id),
    CONSTRAINT ck_pending_changes_period_has_length CHECK (period_end > period_start),
    CONSTRAINT ck_pending_changes_credits_not_negative CHECK (credits_taken_back >= 0),
    CONSTRAINT fk_pending_changes_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_pending_changes_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_pending_changes_price_id FOREIGN KEY(price_id) REFERENCES plan_prices (id)
);
CREATE UNIQUE INDEX uq_pending_changes_waiting ON pending_changes (subscription_id) WHERE ended_at IS NULL;
CREATE INDEX ix_pending_changes_expires ON pending_changes (expires_at) WHERE ended_at IS NULL;
