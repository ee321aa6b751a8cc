-- What banks say

CREATE TABLE statement_lines (
    id UUID NOT NULL,
    account TEXT NOT NULL,
    identity TEXT NOT NULL,
    occurrence BIGINT NOT NULL,
    part BIGINT NOT NULL,
    booked_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    entry_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    bank_ref TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    payer TEXT DEFAULT '' NOT NULL,
    payer_account TEXT DEFAULT '' NOT NULL,
    is_reversal BOOLEAN DEFAULT 'false' NOT NULL,
    is_collective BOOLEAN DEFAULT 'false' NOT NULL,
    claim_id UUID,
    refund_id UUID,
    ignored_for TEXT DEFAULT '' NOT NULL,
    decided_by TEXT DEFAULT '' NOT NULL,
    imported_by TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_statement_lines PRIMARY KEY (id),
    CONSTRAINT uq_statement_lines_identity_occurrence_part UNIQUE (identity, occurrence, part),
    CONSTRAINT uq_statement_lines_refund_id UNIQUE (refund_id),
    CONSTRAINT ck_statement_lines_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_statement_lines_booked_on_in_calendar CHECK (booked_on >= '2000-01-01T00:00:00Z' AND booked_on < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_statement_lines_counted_from_one CHECK (occurrence > 0 AND part > 0),
    CONSTRAINT ck_statement_lines_claimed_money_came CHECK (claim_id IS NULL OR amount_minor > 0),
    CONSTRAINT ck_statement_lines_refunded_money_left CHECK (refund_id IS NULL OR amount_minor < 0),
    CONSTRAINT ck_statement_lines_one_thing_became_of_it CHECK (
        (claim_id IS NOT NULL)::int + (refund_id IS NOT NULL)::int + (ignored_for <> '')::int <= 1
    ),
    CONSTRAINT ck_statement_lines_decided_by_somebody CHECK (
        (claim_id IS NULL AND refund_id IS NULL AND ignored_for = '') OR decided_by <> ''
    ),
    CONSTRAINT fk_statement_lines_claim_id FOREIGN KEY(claim_id) REFERENCES payment_claims (id),
    CONSTRAINT fk_statement_lines_refund_id FOREIGN KEY(refund_id) REFERENCES refunds (id)
);
CREATE INDEX ix_statement_lines_newest ON statement_lines (created_at, id);
CREATE INDEX ix_statement_lines_set_aside ON statement_lines (amount_minor) WHERE claim_id IS NULL AND decided_by <> '';
CREATE INDEX ix_statement_lines_claim ON statement_lines (claim_id) WHERE claim_id IS NOT NULL;
CREATE INDEX ix_statement_lines_reversals ON statement_lines (account, booked_on) WHERE is_reversal;
