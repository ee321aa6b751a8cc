-- Money that goes back

CREATE TABLE refunds (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    receipt_id UUID NOT NULL,
    cause TEXT NOT NULL,
    gateway TEXT NOT NULL,
    refund_ref TEXT DEFAULT '' NOT NULL,
    status VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    kept_minor BIGINT DEFAULT '0' NOT NULL,
    unexplained_minor BIGINT DEFAULT '0' NOT NULL,
    reason VARCHAR(32) NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    used_credits VARCHAR(32) NOT NULL,
    requested_by TEXT NOT NULL,
    paid_out_by TEXT DEFAULT '' NOT NULL,
    paid_out_on DATE,
    request JSONB NOT NULL,
    failure_code TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_refunds PRIMARY KEY (id),
    CONSTRAINT ck_refunds_status_known CHECK (status IN ('created', 'unknown', 'pending', 'succeeded', 'failed', 'canceled')),
    CONSTRAINT ck_refunds_reason_known CHECK (reason IN ('duplicate', 'fraudulent', 'requested_by_customer', 'order_change', 'product_unsatisfactory', 'invoice_voided', 'refunded_at_gateway')),
    CONSTRAINT ck_refunds_used_credits_known CHECK (used_credits IN ('reduce', 'debt', 'forgive')),
    CONSTRAINT ck_refunds_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_refunds_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_refunds_shares_not_negative CHECK (least(kept_minor, unexplained_minor) >= 0),
    CONSTRAINT ck_refunds_shares_within_amount CHECK (kept_minor + unexplained_minor <= amount_minor),
    CONSTRAINT ck_refunds_paid_out_by_somebody CHECK ((paid_out_on IS NULL) = (paid_out_by = '')),
    CONSTRAINT fk_refunds_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_refunds_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT uq_refunds_cause UNIQUE (cause)
);
CREATE INDEX ix_refunds_account ON refunds (account_id, created_at, id);
CREATE INDEX ix_refunds_newest ON refunds (created_at, id);
CREATE INDEX ix_refunds_receipt ON refunds (receipt_id);
CREATE UNIQUE INDEX uq_refunds_reference ON refunds (gateway, refund_ref) WHERE refund_ref <> '';

CREATE TABLE disputes (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    receipt_id UUID NOT NULL,
    gateway TEXT NOT NULL,
    dispute_ref TEXT NOT NULL,
    status VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence_due_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_disputes PRIMARY KEY (id),
    CONSTRAINT ck_disputes_status_known CHECK (status IN ('inquiry', 'inquiry_closed', 'needs_response', 'under_review', 'won', 'lost')),
    CONSTRAINT ck_disputes_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_disputes_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_disputes_closed_with_a_time CHECK ((closed_at IS NOT NULL) = (status IN ('inquiry_closed', 'won', 'lost'))),
    CONSTRAINT fk_disputes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_disputes_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT uq_disputes_gateway_dispute_ref UNIQUE (gateway, dispute_ref)
);
CREATE INDEX ix_disputes_account ON disputes (account_id, created_at, id);
CREATE INDEX ix_disputes_newest ON disputes (created_at, id);
CREATE INDEX ix_disputes_receipt ON disputes (receipt_id);

CREATE TABLE dispute_evidence (
    dispute_id UUID NOT NULL,
    content BYTEA NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_dispute_evidence PRIMARY KEY (dispute_id),
    CONSTRAINT fk_dispute_evidence_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id)
);
