-- The teams of accounts

CREATE TABLE account_members (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    role VARCHAR(32) NOT NULL,
    sites JSONB,
    joined_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_account_members PRIMARY KEY (id),
    CONSTRAINT ck_account_members_role_known CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
    CONSTRAINT ck_account_members_sites_are_listed CHECK (jsonb_typeof(sites) = 'array'),
    CONSTRAINT ck_account_members_owner_has_all_sites CHECK (role <> 'owner' OR sites IS NULL),
    CONSTRAINT uq_account_members_account_id_user_id UNIQUE (account_id, user_id),
    CONSTRAINT fk_account_members_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE team_invitations (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    email TEXT NOT NULL,
    role VARCHAR(32) NOT NULL,
    sites JSONB,
    invited_by TEXT DEFAULT '' NOT NULL,
    mails BIGINT DEFAULT '1' NOT NULL,
    mailed_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_team_invitations PRIMARY KEY (id),
    CONSTRAINT ck_team_invitations_role_known CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
    CONSTRAINT ck_team_invitations_sites_are_listed CHECK (jsonb_typeof(sites) = 'array'),
    CONSTRAINT ck_team_invitations_owner_has_all_sites CHECK (role <> 'owner' OR sites IS NULL),
    CONSTRAINT ck_team_invitations_mails_counted CHECK (mails >= 1),
    CONSTRAINT fk_team_invitations_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE UNIQUE INDEX uq_team_invitations_address ON team_invitations (account_id, lower(email));

CREATE TABLE invitation_links (
    token_sha256 TEXT NOT NULL,
    invitation_id UUID NOT NULL,
    cause TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_invitation_links PRIMARY KEY (token_sha256),
    CONSTRAINT fk_invitation_links_invitation_id FOREIGN KEY(invitation_id) REFERENCES team_invitations (id) ON DELETE CASCADE
);
CREATE INDEX ix_invitation_links_invitation_id ON invitation_links (invitation_id);

-- An account with members has an owner among them, whoever writes: asked when the transaction ends, one at a time for an
-- account, so that of two owners who take each other's role away the second is refused.
CREATE FUNCTION refuse_without_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM accounts WHERE id = OLD.account_id AND closed_at IS NULL FOR NO KEY UPDATE;
    IF FOUND AND NOT EXISTS (SELECT 1 FROM account_members WHERE account_id = OLD.account_id AND role = 'owner') THEN
        RAISE EXCEPTION 'account % would be without an owner', OLD.account_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER owner_stays AFTER UPDATE ON account_members DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.role = 'owner') EXECUTE FUNCTION refuse_without_owner();
CREATE CONSTRAINT TRIGGER owner_stays_in AFTER DELETE ON account_members DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.role = 'owner') EXECUTE FUNCTION refuse_without_owner();
