-- Who of the company's own people may open the console, and who is in it

CREATE TABLE staff_links (
    id UUID NOT NULL,
    staff_id UUID NOT NULL,
    token_sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT pk_staff_links PRIMARY KEY (id),
    CONSTRAINT uq_staff_links_token_sha256 UNIQUE (token_sha256),
    CONSTRAINT ck_staff_links_expires_later CHECK (expires_at > created_at),
    CONSTRAINT fk_staff_links_staff_id FOREIGN KEY(staff_id) REFERENCES staff_members (id)
);
CREATE INDEX ix_staff_links_expires_at ON staff_links (expires_at);

CREATE TABLE staff_sessions (
    id UUID NOT NULL,
    staff_id UUID NOT NULL,
    token_sha256 TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    tries BIGINT DEFAULT 0 NOT NULL,
    started_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    seen_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    proven_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT pk_staff_sessions PRIMARY KEY (id),
    CONSTRAINT uq_staff_sessions_token_sha256 UNIQUE (token_sha256),
    CONSTRAINT ck_staff_sessions_ends_later CHECK (ends_at > started_at),
    CONSTRAINT ck_staff_sessions_tries_few CHECK (tries BETWEEN 0 AND 5),
    CONSTRAINT fk_staff_sessions_staff_id FOREIGN KEY(staff_id) REFERENCES staff_members (id)
);
CREATE INDEX ix_staff_sessions_staff_id ON staff_sessions (staff_id);
CREATE INDEX ix_staff_sessions_ends_at ON staff_sessions (ends_at);

CREATE TABLE staff_second_factors (
    staff_id UUID NOT NULL,
    secret TEXT NOT NULL,
    drawn_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    confirmed_at TIMESTAMPTZ,
    last_step BIGINT DEFAULT 0 NOT NULL,
    CONSTRAINT pk_staff_second_factors PRIMARY KEY (staff_id),
    CONSTRAINT fk_staff_second_factors_staff_id FOREIGN KEY(staff_id) REFERENCES staff_members (id),
    CONSTRAINT ck_staff_second_factors_secret_is_sealed CHECK (secret ~ '^[a-z0-9_-]{1,32}[.][A-Za-z0-9_-]{38,}=*$')
);

-- Who of the company's own people looks at an account's pages, and why
CREATE TABLE account_looks (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    staff_id UUID NOT NULL,
    reason TEXT NOT NULL,
    started_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT pk_account_looks PRIMARY KEY (id),
    CONSTRAINT ck_account_looks_ends_later CHECK (ends_at > started_at),
    CONSTRAINT ck_account_looks_reason_is_said CHECK (reason <> ''),
    CONSTRAINT fk_account_looks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_account_looks_staff_id FOREIGN KEY(staff_id) REFERENCES staff_members (id)
);
CREATE INDEX ix_account_looks_account_id ON account_looks (account_id);
CREATE INDEX ix_account_looks_staff_id ON account_looks (staff_id);
CREATE INDEX ix_account_looks_ends_at ON account_looks (ends_at);

CREATE TABLE staff_parked_forms (
    id UUID NOT NULL,
    staff_id UUID NOT NULL,
    token_sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    fields JSONB NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    over_at TIMESTAMPTZ,
    CONSTRAINT pk_staff_parked_forms PRIMARY KEY (id),
    CONSTRAINT uq_staff_parked_forms_token_sha256 UNIQUE (token_sha256),
    CONSTRAINT fk_staff_parked_forms_staff_id FOREIGN KEY(staff_id) REFERENCES staff_members (id)
);
CREATE INDEX ix_staff_parked_forms_staff_id ON staff_parked_forms (staff_id);
CREATE INDEX ix_staff_parked_forms_created_at ON staff_parked_forms (created_at);
