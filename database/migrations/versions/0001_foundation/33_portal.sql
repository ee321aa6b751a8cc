-- Who may open the portal, and who is in it

CREATE TABLE portal_links (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    user_id TEXT NOT NULL,
    role VARCHAR(32) NOT NULL,
    return_url TEXT DEFAULT '' NOT NULL,
    target TEXT DEFAULT '' NOT NULL,
    token_sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT pk_portal_links PRIMARY KEY (id),
    CONSTRAINT uq_portal_links_token_sha256 UNIQUE (token_sha256),
    CONSTRAINT ck_portal_links_role_known CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
    CONSTRAINT ck_portal_links_expires_later CHECK (expires_at > created_at),
    CONSTRAINT fk_portal_links_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_portal_links_account_id ON portal_links (account_id);
CREATE INDEX ix_portal_links_expires_at ON portal_links (expires_at);

CREATE TABLE portal_sessions (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    user_id TEXT NOT NULL,
    role VARCHAR(32) NOT NULL,
    return_url TEXT DEFAULT '' NOT NULL,
    token_sha256 TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    known_sha256 TEXT,
    started_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    seen_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    proven_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT pk_portal_sessions PRIMARY KEY (id),
    CONSTRAINT uq_portal_sessions_token_sha256 UNIQUE (token_sha256),
    CONSTRAINT ck_portal_sessions_role_known CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
    CONSTRAINT ck_portal_sessions_ends_later CHECK (ends_at > started_at),
    CONSTRAINT fk_portal_sessions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_portal_sessions_user ON portal_sessions (account_id, user_id);
CREATE INDEX ix_portal_sessions_ends_at ON portal_sessions (ends_at);
CREATE INDEX ix_portal_sessions_known ON portal_sessions (known_sha256) WHERE known_sha256 IS NOT NULL;
