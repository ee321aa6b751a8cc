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
