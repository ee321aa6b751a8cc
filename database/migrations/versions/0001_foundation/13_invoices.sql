-- Invoices

CREATE TABLE invoice_number_gaps (
    month DATE NOT NULL,
    first_number BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_invoice_number_gaps PRIMARY KEY (month, first_number),
    CONSTRAINT ck_invoice_number_gaps_range_in_order CHECK (first_number BETWEEN 1 AND last_number),
    CONSTRAINT ck_invoice_number_gaps_has_a_reason CHECK (reason <> '')
);

CREATE TABLE invoice_counters (
    month DATE NOT NULL,
    last_number BIGINT NOT NULL,
    CONSTRAINT pk_invoice_counters PRIMARY KEY (month)
);

CREATE TABLE invoices (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    subscription_id UUID,
    reason VARCHAR(32) DEFAULT 'purchase' NOT NULL,
    gateway TEXT DEFAULT '' NOT NULL,
    invoice_ref TEXT DEFAULT '' NOT NULL,
    cause TEXT NOT NULL,
    number TEXT,
    status VARCHAR(32) NOT NULL,
    currency TEXT NOT NULL,
    subtotal_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    tax_reason VARCHAR(32) DEFAULT 'no_rate' NOT NULL,
    tax_evidence TEXT DEFAULT '' NOT NULL,
    balance_used_minor BIGINT DEFAULT '0' NOT NULL,
    carried_over_minor BIGINT DEFAULT '0' NOT NULL,
    allocated_minor BIGINT DEFAULT '0' NOT NULL,
    credited_minor BIGINT DEFAULT '0' NOT NULL,
    charged_back_minor BIGINT DEFAULT '0' NOT NULL,
    contested_minor BIGINT DEFAULT '0' NOT NULL,
    buyer JSONB,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    issued_at TIMESTAMPTZ,
    due_at TIMESTAMPTZ,
    paid_at TIMESTAMPTZ,
    voided_at TIMESTAMPTZ,
    pay_secret UUID DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT pk_invoices PRIMARY KEY (id),
    CONSTRAINT ck_invoices_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_invoices_status_known CHECK (status IN ('draft', 'pending', 'paid', 'void', 'uncollectible')),
    CONSTRAINT ck_invoices_reason_known CHECK (reason IN ('purchase', 'start', 'renewal', 'change', 'top_up', 'manual')),
    CONSTRAINT ck_invoices_total_not_negative CHECK (total_minor >= 0),
    CONSTRAINT ck_invoices_tax_reason_known CHECK (tax_reason IN ('rate_of_country', 'no_rate', 'as_charged', 'as_billed')),
    CONSTRAINT ck_invoices_balance_is_allocated CHECK (balance_used_minor + carried_over_minor <= allocated_minor),
    CONSTRAINT ck_invoices_allocated_within_total CHECK (allocated_minor <= total_minor),
    CONSTRAINT ck_invoices_carried_over_is_the_rest CHECK (carried_over_minor = 0 OR (carried_over_minor > 0 AND allocated_minor = total_minor)),
    CONSTRAINT ck_invoices_credited_within_total CHECK (credited_minor BETWEEN 0 AND total_minor),
    CONSTRAINT ck_invoices_charged_back_not_negative CHECK (charged_back_minor >= 0),
    CONSTRAINT ck_invoices_contested_is_not_credited CHECK (contested_minor = 0 OR contested_minor BETWEEN 1 AND allocated_minor - credited_minor),
    CONSTRAINT ck_invoices_paid_is_covered CHECK (status <> 'paid' OR allocated_minor = total_minor),
    CONSTRAINT ck_invoices_total_adds_up CHECK (total_minor = subtotal_minor + tax_minor),
    CONSTRAINT ck_invoices_numbered_once_issued CHECK (status IN ('draft', 'void') OR number IS NOT NULL),
    CONSTRAINT ck_invoices_number_and_issue_together CHECK ((number IS NULL) = (issued_at IS NULL)),
    CONSTRAINT ck_invoices_paid_has_a_time CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
    CONSTRAINT fk_invoices_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_invoices_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT uq_invoices_cause UNIQUE (cause),
    CONSTRAINT uq_invoices_number UNIQUE (number)
);
CREATE INDEX ix_invoices_awaited ON invoices (due_at) WHERE status = 'pending';
CREATE INDEX ix_invoices_account ON invoices (account_id, created_at, id);
CREATE INDEX ix_invoices_newest ON invoices (created_at, id);
CREATE INDEX ix_invoices_status ON invoices (status, created_at, id);
CREATE INDEX ix_invoices_issued ON invoices (issued_at, id) WHERE issued_at IS NOT NULL;
CREATE INDEX ix_invoices_due ON invoices (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX ix_invoices_amount ON invoices (total_minor, id);
CREATE INDEX ix_invoices_subscription ON invoices (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE UNIQUE INDEX uq_invoices_gateway ON invoices (gateway, invoice_ref) WHERE invoice_ref <> '';

CREATE TABLE invoice_lines (
    id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    position BIGINT NOT NULL,
    description TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_name TEXT NOT NULL,
    tax_rate_ppm BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    credits BIGINT DEFAULT '0' NOT NULL,
    credits_expire_at TIMESTAMPTZ,
    kind VARCHAR(32) DEFAULT 'charge' NOT NULL,
    period_start TIMESTAMPTZ,
    period_end TIMESTAMPTZ,
    CONSTRAINT pk_invoice_lines PRIMARY KEY (id),
    CONSTRAINT uq_invoice_lines_invoice_id_position UNIQUE (invoice_id, position),
    CONSTRAINT ck_invoice_lines_kind_known CHECK (kind IN ('charge', 'credit', 'discount', 'kept')),
    CONSTRAINT ck_invoice_lines_net_adds_up CHECK (net_minor = quantity * unit_minor),
    CONSTRAINT fk_invoice_lines_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE invoice_documents (
    invoice_id UUID NOT NULL,
    kind TEXT NOT NULL,
    content BYTEA NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_invoice_documents PRIMARY KEY (invoice_id, kind),
    CONSTRAINT fk_invoice_documents_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

-- A PDF is compressed already.
ALTER TABLE invoice_documents ALTER COLUMN content SET STORAGE EXTERNAL;

-- A paper that has left keeps its number, its day and its buyer, and numbers only go on

CREATE FUNCTION refuse_other_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a number once given stays' USING ERRCODE = 'restrict_violation'; END $$;

CREATE TRIGGER number_stays BEFORE UPDATE OF number, issued_at ON invoices FOR EACH ROW
WHEN (OLD.number IS NOT NULL AND (OLD.number, OLD.issued_at) IS DISTINCT FROM (NEW.number, NEW.issued_at))
EXECUTE FUNCTION refuse_other_number();
CREATE TRIGGER numbers_go_on BEFORE UPDATE ON invoice_counters FOR EACH ROW
WHEN (NEW.last_number < OLD.last_number OR NEW.month <> OLD.month)
EXECUTE FUNCTION refuse_other_number();
