-- Money

CREATE TABLE payment_attempts (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    kind VARCHAR(32) DEFAULT 'checkout' NOT NULL,
    card_id UUID,
    cause TEXT NOT NULL,
    gateway TEXT NOT NULL,
    status VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    request JSONB NOT NULL,
    checkout_ref TEXT DEFAULT '' NOT NULL,
    checkout_url TEXT DEFAULT '' NOT NULL,
    payment_ref TEXT DEFAULT '' NOT NULL,
    charge_ref TEXT DEFAULT '' NOT NULL,
    failure_code TEXT DEFAULT '' NOT NULL,
    approvals BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    sent_at TIMESTAMPTZ,
    captured_at TIMESTAMPTZ,
    look_up_at TIMESTAMPTZ,
    CONSTRAINT pk_payment_attempts PRIMARY KEY (id),
    CONSTRAINT ck_payment_attempts_status_known CHECK (status IN ('created', 'unknown', 'pending', 'approved', 'captured', 'failed', 'expired')),
    CONSTRAINT ck_payment_attempts_kind_known CHECK (kind IN ('checkout', 'page', 'charge', 'gateway')),
    CONSTRAINT ck_payment_attempts_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_payment_attempts_captured_has_a_time CHECK ((status = 'captured') = (captured_at IS NOT NULL)),
    CONSTRAINT fk_payment_attempts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_payment_attempts_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_payment_attempts_card_id FOREIGN KEY(card_id) REFERENCES cards (id),
    CONSTRAINT uq_payment_attempts_cause UNIQUE (cause)
);
CREATE INDEX ix_payment_attempts_account ON payment_attempts (account_id, created_at, id);
CREATE INDEX ix_payment_attempts_newest ON payment_attempts (created_at, id);
CREATE INDEX ix_payment_attempts_charge ON payment_attempts (gateway, charge_ref) WHERE charge_ref <> '';
CREATE INDEX ix_payment_attempts_invoice ON payment_attempts (invoice_id);
CREATE INDEX ix_payment_attempts_look_up ON payment_attempts (look_up_at) WHERE look_up_at IS NOT NULL;
CREATE UNIQUE INDEX uq_payment_attempts_checkout ON payment_attempts (gateway, checkout_ref) WHERE checkout_ref <> '';
CREATE UNIQUE INDEX uq_payment_attempts_live ON payment_attempts (invoice_id) WHERE kind <> 'gateway' AND status IN ('created', 'unknown', 'pending', 'approved');
CREATE UNIQUE INDEX uq_payment_attempts_payment ON payment_attempts (gateway, payment_ref) WHERE payment_ref <> '';

CREATE TABLE receipts (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    source VARCHAR(32) NOT NULL,
    cause TEXT NOT NULL,
    attempt_id UUID,
    reverses_id UUID,
    gateway TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    allocated_minor BIGINT NOT NULL,
    held_at TEXT DEFAULT '' NOT NULL,
    card_brand TEXT DEFAULT '' NOT NULL,
    card_last4 TEXT DEFAULT '' NOT NULL,
    remark VARCHAR(32) DEFAULT '' NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    looked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_receipts PRIMARY KEY (id),
    CONSTRAINT ck_receipts_source_known CHECK (source IN ('capture', 'given_back', 'refund', 'dispute', 'dispute_fee', 'carried_over')),
    CONSTRAINT ck_receipts_remark_known CHECK (remark IN ('', 'paid_twice', 'other_amount', 'other_currency', 'invoice_void', 'reversed', 'came_back', 'refund_failed', 'restored')),
    CONSTRAINT ck_receipts_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_receipts_amount_moves CHECK ((amount_minor = 0) = (source = 'carried_over')),
    CONSTRAINT ck_receipts_only_reversals_leave CHECK (amount_minor >= 0 OR source IN ('refund', 'dispute', 'dispute_fee')),
    CONSTRAINT ck_receipts_allocated_within_amount CHECK (allocated_minor >= 0 AND (allocated_minor <= greatest(amount_minor, 0) OR source = 'carried_over')),
    CONSTRAINT ck_receipts_reversals_pay_nothing CHECK (allocated_minor = 0 OR NOT source IN ('refund', 'dispute', 'dispute_fee')),
    CONSTRAINT ck_receipts_moved_at_a_gateway CHECK ((source IN ('given_back', 'carried_over')) = (gateway = '')),
    CONSTRAINT ck_receipts_reversals_leave_a_receipt CHECK ((reverses_id IS NOT NULL) = (source IN ('refund', 'dispute', 'dispute_fee'))),
    CONSTRAINT fk_receipts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT uq_receipts_cause UNIQUE (cause),
    CONSTRAINT fk_receipts_attempt_id FOREIGN KEY(attempt_id) REFERENCES payment_attempts (id),
    CONSTRAINT fk_receipts_reverses_id FOREIGN KEY(reverses_id) REFERENCES receipts (id)
);
CREATE INDEX ix_receipts_account ON receipts (account_id, created_at, id);
CREATE INDEX ix_receipts_kept ON receipts (account_id, currency) WHERE allocated_minor <> amount_minor;
CREATE INDEX ix_receipts_attempt ON receipts (attempt_id) WHERE source = 'capture';
CREATE INDEX ix_receipts_newest ON receipts (created_at, id);
CREATE INDEX ix_receipts_remarked ON receipts (id) WHERE remark <> '' AND looked_at IS NULL;
CREATE INDEX ix_receipts_reversals ON receipts (gateway, reference) WHERE source IN ('refund', 'dispute', 'dispute_fee');
CREATE INDEX ix_receipts_reversed ON receipts (reverses_id) WHERE source IN ('refund', 'dispute', 'dispute_fee');
CREATE UNIQUE INDEX uq_receipts_reference ON receipts (gateway, reference) WHERE source = 'capture' AND reference <> '';
