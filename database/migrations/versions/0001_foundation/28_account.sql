-- What customers say of themselves

CREATE TABLE account_recipients (
    account_id UUID NOT NULL,
    kind VARCHAR(32) NOT NULL,
    email TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_account_recipients PRIMARY KEY (account_id, kind, email),
    CONSTRAINT ck_account_recipients_kind_known CHECK (kind IN ('invoices', 'payment_problems', 'credits', 'security')),
    CONSTRAINT fk_account_recipients_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE email_confirmations (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    email TEXT NOT NULL,
    email_before TEXT NOT NULL,
    mails BIGINT DEFAULT '1' NOT NULL,
    is_confirmed BOOLEAN DEFAULT false NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT pk_email_confirmations PRIMARY KEY (id),
    CONSTRAINT ck_email_confirmations_confirmed_has_ended CHECK (NOT is_confirmed OR ended_at IS NOT NULL),
    CONSTRAINT ck_email_confirmations_mails_counted CHECK (mails >= 1),
    CONSTRAINT fk_email_confirmations_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_email_confirmations_account ON email_confirmations (account_id, asked_at);
CREATE UNIQUE INDEX uq_email_confirmations_open ON email_confirmations (account_id) WHERE ended_at IS NULL;

CREATE TABLE confirmation_links (
    token_sha256 TEXT NOT NULL,
    confirmation_id UUID NOT NULL,
    cause TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_confirmation_links PRIMARY KEY (token_sha256),
    CONSTRAINT fk_confirmation_links_confirmation_id FOREIGN KEY(confirmation_id) REFERENCES email_confirmations (id)
);
CREATE INDEX ix_confirmation_links_confirmation_id ON confirmation_links (confirmation_id);

-- Copies of all that is known of an account

CREATE TABLE account_exports (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    parts BIGINT NOT NULL,
    parts_done BIGINT DEFAULT '0' NOT NULL,
    content BYTEA,
    asked_at TIMESTAMPTZ NOT NULL,
    ready_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_account_exports PRIMARY KEY (id),
    CONSTRAINT ck_account_exports_parts_in_order CHECK (parts_done BETWEEN 0 AND parts),
    CONSTRAINT ck_account_exports_ready_is_whole CHECK ((ready_at IS NOT NULL) = (content IS NOT NULL) AND (ready_at IS NOT NULL) = (expires_at IS NOT NULL)),
    CONSTRAINT fk_account_exports_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_account_exports_account ON account_exports (account_id, asked_at);
CREATE INDEX ix_account_exports_expires ON account_exports (expires_at) WHERE expires_at IS NOT NULL;
CREATE UNIQUE INDEX uq_account_exports_asked ON account_exports (account_id) WHERE ready_at IS NULL;

-- A ZIP is compressed already.
ALTER TABLE account_exports ALTER COLUMN content SET STORAGE EXTERNAL;

-- What the product counts

CREATE TABLE reported_counts (
    account_id UUID NOT NULL,
    sites BIGINT,
    sites_at TIMESTAMPTZ,
    users BIGINT,
    users_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_reported_counts PRIMARY KEY (account_id),
    CONSTRAINT ck_reported_counts_counts_not_negative CHECK (sites >= 0 AND users >= 0),
    CONSTRAINT ck_reported_counts_counted_at_a_time CHECK ((sites IS NULL) = (sites_at IS NULL) AND (users IS NULL) = (users_at IS NULL)),
    CONSTRAINT fk_reported_counts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

-- What the law wants is kept: whom a paper names, and the paper, can be erased when the years of a deleted account are over

CREATE FUNCTION refuse_before_its_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whose UUID;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'invoice_documents' THEN SELECT account_id INTO whose FROM invoices WHERE id = OLD.invoice_id;
        WHEN 'credit_note_documents' THEN SELECT account_id INTO whose FROM credit_notes WHERE id = OLD.credit_note_id;
        ELSE whose := OLD.account_id;
    END CASE;
    IF NOT EXISTS (SELECT 1 FROM accounts WHERE id = whose AND keep_until <= now()) THEN
        RAISE EXCEPTION 'a paper stays as it was issued for as long as it has to be kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER buyer_stays BEFORE UPDATE OF buyer ON invoices FOR EACH ROW
WHEN (OLD.number IS NOT NULL AND OLD.buyer IS DISTINCT FROM NEW.buyer) EXECUTE FUNCTION refuse_before_its_time();
CREATE TRIGGER buyer_stays BEFORE UPDATE OF buyer, note ON credit_notes FOR EACH ROW
WHEN ((OLD.buyer, OLD.note) IS DISTINCT FROM (NEW.buyer, NEW.note)) EXECUTE FUNCTION refuse_before_its_time();
CREATE TRIGGER paper_stays BEFORE UPDATE ON invoice_documents FOR EACH ROW EXECUTE FUNCTION refuse_before_its_time();
CREATE TRIGGER paper_stays BEFORE UPDATE ON credit_note_documents FOR EACH ROW EXECUTE FUNCTION refuse_before_its_time();
CREATE TRIGGER closed_stays BEFORE UPDATE OF closed_at, keep_until ON accounts FOR EACH ROW
WHEN (OLD.closed_at IS NOT NULL AND (OLD.closed_at, OLD.keep_until) IS DISTINCT FROM (NEW.closed_at, NEW.keep_until))
EXECUTE FUNCTION refuse_edit();
