-- Who did what: entries as they were written, what of them may be erased, and the chain that holds them

CREATE TABLE audit_entries (
    id UUID NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    actor_kind VARCHAR(32) NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL,
    actor_role TEXT DEFAULT '' NOT NULL,
    account_id UUID,
    action TEXT NOT NULL,
    operation_id UUID,
    said JSONB NOT NULL,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    personal_sha256 TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_audit_entries PRIMARY KEY (id),
    CONSTRAINT ck_audit_entries_actor_kind_known CHECK (actor_kind IN ('key', 'user', 'staff', 'product', 'link', 'operator', 'system')),
    CONSTRAINT ck_audit_entries_somebody_did_something CHECK (actor_id <> '' AND action <> ''),
    CONSTRAINT ck_audit_entries_fields_are_objects CHECK (jsonb_typeof(said) = 'object' AND jsonb_typeof(before) = 'object' AND jsonb_typeof(after) = 'object')
);
CREATE INDEX ix_audit_entries_newest ON audit_entries (created_at, id);
CREATE INDEX ix_audit_entries_account ON audit_entries (account_id, created_at, id) WHERE account_id IS NOT NULL;
CREATE INDEX ix_audit_entries_actor ON audit_entries (actor_id, created_at, id);
CREATE INDEX ix_audit_entries_operation ON audit_entries (operation_id) WHERE operation_id IS NOT NULL;

CREATE TABLE audit_personal (
    entry_id UUID NOT NULL,
    salt TEXT NOT NULL,
    content JSONB NOT NULL,
    CONSTRAINT pk_audit_personal PRIMARY KEY (entry_id),
    CONSTRAINT fk_audit_personal_entry_id FOREIGN KEY(entry_id) REFERENCES audit_entries (id)
);

CREATE TABLE audit_links (
    seq BIGINT NOT NULL,
    entry_id UUID NOT NULL,
    hash TEXT NOT NULL,
    chained_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_links PRIMARY KEY (seq),
    CONSTRAINT uq_audit_links_entry_id UNIQUE (entry_id),
    CONSTRAINT ck_audit_links_seq_positive CHECK (seq > 0),
    CONSTRAINT ck_audit_links_hash_is_sha256 CHECK (hash ~ '^[0-9a-f]{64}$'),
    CONSTRAINT fk_audit_links_entry_id FOREIGN KEY(entry_id) REFERENCES audit_entries (id)
);

CREATE TABLE audit_unchained (
    entry_id UUID NOT NULL,
    CONSTRAINT pk_audit_unchained PRIMARY KEY (entry_id),
    CONSTRAINT fk_audit_unchained_entry_id FOREIGN KEY(entry_id) REFERENCES audit_entries (id)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_links
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
-- erased is what a person may have erased; nothing is ever written over
CREATE TRIGGER never_changed BEFORE UPDATE OR TRUNCATE ON audit_personal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();

-- No entry comes in past the chain: whatever statement adds some, each of them waits for its link

CREATE FUNCTION await_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO audit_unchained (entry_id) SELECT id FROM added; RETURN NULL; END $$;

CREATE TRIGGER awaits_link AFTER INSERT ON audit_entries REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION await_link();

-- What was done and must have its entry, for the question whether all have one; see `Command.is_own_audit`
CREATE INDEX ix_operations_audited ON operations (finished_at) WHERE state = 'done' AND kind NOT IN ('consume_credits', 'record_usage', 'reserve_usage', 'settle_usage', 'release_usage');

-- Of a command that is its own audit the operation is the entry: what was said in it stays, until it goes with its account
-- (but for the link of a mail, see 04_operations.sql)
CREATE TRIGGER body_stays BEFORE UPDATE OF body ON operations FOR EACH ROW
WHEN (NEW.body IS DISTINCT FROM OLD.body AND NEW.body <> '{"erased": true}' AND NEW.body <> OLD.body || '{"secret_link": ""}')
EXECUTE FUNCTION refuse_edit();
