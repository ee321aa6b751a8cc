-- Credit notes

CREATE TABLE credit_notes (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    refund_id UUID,
    cause TEXT NOT NULL,
    number TEXT NOT NULL,
    reason VARCHAR(32) NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    currency TEXT NOT NULL,
    subtotal_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    refunded_minor BIGINT DEFAULT '0' NOT NULL,
    kept_minor BIGINT DEFAULT '0' NOT NULL,
    unpaid_minor BIGINT DEFAULT '0' NOT NULL,
    buyer JSONB NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_notes PRIMARY KEY (id),
    CONSTRAINT ck_credit_notes_reason_known CHECK (reason IN ('duplicate', 'fraudulent', 'requested_by_customer', 'order_change', 'product_unsatisfactory', 'invoice_voided', 'refunded_at_gateway')),
    CONSTRAINT ck_credit_notes_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_credit_notes_total_positive CHECK (total_minor > 0),
    CONSTRAINT ck_credit_notes_total_adds_up CHECK (total_minor = subtotal_minor + tax_minor),
    CONSTRAINT ck_credit_notes_goes_somewhere CHECK (total_minor = refunded_minor + kept_minor + unpaid_minor),
    CONSTRAINT ck_credit_notes_goes_one_way CHECK (least(refunded_minor, kept_minor, unpaid_minor) >= 0),
    CONSTRAINT fk_credit_notes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_credit_notes_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_credit_notes_refund_id FOREIGN KEY(refund_id) REFERENCES refunds (id),
    CONSTRAINT uq_credit_notes_cause UNIQUE (cause),
    CONSTRAINT uq_credit_notes_number UNIQUE (number)
);
CREATE INDEX ix_credit_notes_account ON credit_notes (account_id, created_at, id);
CREATE INDEX ix_credit_notes_invoice ON credit_notes (invoice_id);
CREATE INDEX ix_credit_notes_newest ON credit_notes (created_at, id);

CREATE TABLE credit_note_lines (
    id UUID NOT NULL,
    credit_note_id UUID NOT NULL,
    invoice_line_id UUID NOT NULL,
    position BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    CONSTRAINT pk_credit_note_lines PRIMARY KEY (id),
    CONSTRAINT uq_credit_note_lines_credit_note_id_position UNIQUE (credit_note_id, position),
    CONSTRAINT ck_credit_note_lines_amount_moves CHECK (net_minor <> 0 OR tax_minor <> 0),
    CONSTRAINT fk_credit_note_lines_credit_note_id FOREIGN KEY(credit_note_id) REFERENCES credit_notes (id),
    CONSTRAINT fk_credit_note_lines_invoice_line_id FOREIGN KEY(invoice_line_id) REFERENCES invoice_lines (id)
);
CREATE INDEX ix_credit_note_lines_invoice_line ON credit_note_lines (invoice_line_id);

CREATE TABLE credit_note_documents (
    credit_note_id UUID NOT NULL,
    kind TEXT NOT NULL,
    content BYTEA NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_note_documents PRIMARY KEY (credit_note_id, kind),
    CONSTRAINT fk_credit_note_documents_credit_note_id FOREIGN KEY(credit_note_id) REFERENCES credit_notes (id)
);

CREATE TABLE credit_note_counters (
    month DATE NOT NULL,
    last_number BIGINT NOT NULL,
    CONSTRAINT pk_credit_note_counters PRIMARY KEY (month)
);

CREATE TABLE credit_note_number_gaps (
    month DATE NOT NULL,
    first_number BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_note_number_gaps PRIMARY KEY (month, first_number),
    CONSTRAINT ck_credit_note_number_gaps_range_in_order CHECK (first_number BETWEEN 1 AND last_number),
    CONSTRAINT ck_credit_note_number_gaps_has_a_reason CHECK (reason <> '')
);

CREATE TRIGGER numbers_go_on BEFORE UPDATE ON credit_note_counters FOR EACH ROW
WHEN (NEW.last_number < OLD.last_number OR NEW.month <> OLD.month)
EXECUTE FUNCTION refuse_other_number();
