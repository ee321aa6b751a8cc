-- Who may call

CREATE TABLE api_keys (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_secret_sha256 UNIQUE (secret_sha256)
);
