-- Who asks to be let into the portal by mail, and what they had typed when their session was over

CREATE TABLE sign_ins (
    id UUID NOT NULL,
    session_id UUID,
    email TEXT NOT NULL,
    network TEXT NOT NULL,
    browser_sha256 TEXT NOT NULL,
    tries BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    proven_at TIMESTAMPTZ,
    proof_sha256 TEXT,
    entered_at TIMESTAMPTZ,
    CONSTRAINT pk_sign_ins PRIMARY KEY (id),
    CONSTRAINT uq_sign_ins_browser_sha256 UNIQUE (browser_sha256),
    CONSTRAINT uq_sign_ins_proof_sha256 UNIQUE (proof_sha256),
    CONSTRAINT ck_sign_ins_tries_counted CHECK (tries >= 0),
    CONSTRAINT ck_sign_ins_proven_by_somebody CHECK ((proven_at IS NULL) = (proof_sha256 IS NULL)),
    CONSTRAINT ck_sign_ins_entered_with_a_proof CHECK (entered_at IS NULL OR proven_at IS NOT NULL),
    CONSTRAINT fk_sign_ins_session_id FOREIGN KEY(session_id) REFERENCES portal_sessions (id) ON DELETE CASCADE
);
CREATE INDEX ix_sign_ins_created_at ON sign_ins (created_at);
CREATE INDEX ix_sign_ins_network ON sign_ins (network, created_at);
CREATE INDEX ix_sign_ins_session_id ON sign_ins (session_id);

CREATE TABLE sign_in_secrets (
    link_sha256 TEXT NOT NULL,
    sign_in_id UUID NOT NULL,
    code_sha256 TEXT NOT NULL,
    CONSTRAINT pk_sign_in_secrets PRIMARY KEY (link_sha256),
    CONSTRAINT fk_sign_in_secrets_sign_in_id FOREIGN KEY(sign_in_id) REFERENCES sign_ins (id) ON DELETE CASCADE
);
CREATE INDEX ix_sign_in_secrets_sign_in_id ON sign_in_secrets (sign_in_id);

CREATE TABLE sign_in_ways (
    sign_in_id UUID NOT NULL,
    account_id UUID NOT NULL,
    user_id TEXT NOT NULL,
    role VARCHAR(32) NOT NULL,
    CONSTRAINT pk_sign_in_ways PRIMARY KEY (sign_in_id, account_id),
    CONSTRAINT ck_sign_in_ways_role_known CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
    CONSTRAINT fk_sign_in_ways_sign_in_id FOREIGN KEY(sign_in_id) REFERENCES sign_ins (id) ON DELETE CASCADE,
    CONSTRAINT fk_sign_in_ways_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_sign_in_ways_account_id ON sign_in_ways (account_id);

CREATE TABLE parked_forms (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    user_id TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    fields JSONB NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    over_at TIMESTAMPTZ,
    CONSTRAINT pk_parked_forms PRIMARY KEY (id),
    CONSTRAINT uq_parked_forms_token_sha256 UNIQUE (token_sha256),
    CONSTRAINT fk_parked_forms_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_parked_forms_account_id ON parked_forms (account_id);
CREATE INDEX ix_parked_forms_created_at ON parked_forms (created_at);
