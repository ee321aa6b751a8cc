-- Money by hand

CREATE TABLE manual_payments (
    invoice_id UUID NOT NULL,
    method VARCHAR(32) NOT NULL,
    chosen_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_manual_payments PRIMARY KEY (invoice_id),
    CONSTRAINT ck_manual_payments_method_known CHECK (method IN ('bank_transfer', 'local_wallet')),
    CONSTRAINT fk_manual_payments_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE payment_claims (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    cause TEXT NOT NULL,
    method VARCHAR(32) NOT NULL,
    paid_as TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    paid_on DATE NOT NULL,
    proof_sha256 TEXT DEFAULT '' NOT NULL,
    status VARCHAR(32) NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_at TIMESTAMPTZ NOT NULL,
    first_approved_by TEXT DEFAULT '' NOT NULL,
    first_seen TEXT DEFAULT '' NOT NULL,
    decided_by TEXT DEFAULT '' NOT NULL,
    decided_at TIMESTAMPTZ,
    reject_reason TEXT DEFAULT '' NOT NULL,
    receipt_id UUID,
    seen_minor BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_claims PRIMARY KEY (id),
    CONSTRAINT ck_payment_claims_method_known CHECK (method IN ('bank_transfer', 'local_wallet')),
    CONSTRAINT ck_payment_claims_status_known CHECK (status IN ('submitted', 'awaiting_second_approval', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT ck_payment_claims_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_payment_claims_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_payment_claims_seen_within_amount CHECK (seen_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT ck_payment_claims_paid_on_in_calendar CHECK (paid_on >= '2000-01-01T00:00:00Z' AND paid_on < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_payment_claims_approved_what_was_seen CHECK ((first_approved_by = '') = (first_seen = '')),
    CONSTRAINT ck_payment_claims_second_approval_has_a_first CHECK (status <> 'awaiting_second_approval' OR first_approved_by <> ''),
    CONSTRAINT ck_payment_claims_two_people_approve CHECK (status <> 'approved' OR lower(regexp_replace(decided_by, '^(operator|key|staff)/', '')) <> lower(regexp_replace(first_approved_by, '^(operator|key|staff)/', ''))),
    CONSTRAINT ck_payment_claims_approved_is_received CHECK ((status = 'approved') = (receipt_id IS NOT NULL)),
    CONSTRAINT ck_payment_claims_rejected_for_a_reason CHECK ((status = 'rejected') = (reject_reason <> '')),
    CONSTRAINT ck_payment_claims_decided_has_a_time CHECK ((status IN ('approved', 'rejected', 'withdrawn')) = (decided_at IS NOT NULL)),
    CONSTRAINT ck_payment_claims_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by = '')),
    CONSTRAINT fk_payment_claims_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_payment_claims_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT uq_payment_claims_cause UNIQUE (cause),
    CONSTRAINT fk_payment_claims_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT uq_payment_claims_receipt_id UNIQUE (receipt_id)
);
CREATE INDEX ix_payment_claims_account ON payment_claims (account_id, created_at, id);
CREATE INDEX ix_payment_claims_invoice ON payment_claims (invoice_id);
CREATE INDEX ix_payment_claims_reference ON payment_claims (paid_as);
CREATE INDEX ix_payment_claims_newest ON payment_claims (created_at, id);

CREATE TABLE payment_proofs (
    claim_id UUID NOT NULL,
    media_type TEXT NOT NULL,
    content BYTEA NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_proofs PRIMARY KEY (claim_id),
    CONSTRAINT ck_payment_proofs_media_type_known CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
    CONSTRAINT ck_payment_proofs_content_not_too_large CHECK (octet_length(content) <= 380000),
    CONSTRAINT fk_payment_proofs_claim_id FOREIGN KEY(claim_id) REFERENCES payment_claims (id)
);

CREATE TABLE approval_limits (
    currency TEXT NOT NULL,
    limit_minor BIGINT NOT NULL,
    CONSTRAINT pk_approval_limits PRIMARY KEY (currency),
    CONSTRAINT ck_approval_limits_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_approval_limits_limit_not_negative CHECK (limit_minor >= 0)
);
