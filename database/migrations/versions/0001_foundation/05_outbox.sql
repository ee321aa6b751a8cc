-- What must follow

CREATE TABLE outbox (
    topic TEXT NOT NULL,
    subject_id UUID NOT NULL,
    cause TEXT NOT NULL,
    result JSONB,
    id UUID NOT NULL,
    state VARCHAR(32) DEFAULT 'ready' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    hinted_at TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    error TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    discarded_by TEXT,
    discarded_because TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT ck_outbox_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded', 'awaiting_approval')),
    CONSTRAINT ck_outbox_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL)),
    CONSTRAINT uq_outbox_cause UNIQUE (cause)
);
CREATE INDEX ix_outbox_newest ON outbox (created_at, id);
CREATE INDEX ix_outbox_due ON outbox (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_outbox_parked ON outbox (id) WHERE state IN ('parked', 'rejected');

-- Rows are updated twice in their life; room on the page keeps those updates out of the indexes.
ALTER TABLE outbox SET (fillfactor = 80);

-- The link of a mail to a person is forgotten once that is sent, dropped, or given up for good

CREATE FUNCTION forget_sent_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE operations SET body = body || '{"secret_link": ""}' WHERE id = NEW.subject_id AND body ? 'secret_link';
    RETURN NULL;
END $$;

CREATE TRIGGER forget_sent_link AFTER UPDATE OF state ON outbox FOR EACH ROW
WHEN (
    NEW.topic IN ('welcome', 'email_verification', 'password_reset', 'invitation')
    AND NEW.state IN ('done', 'rejected', 'discarded')
)
EXECUTE FUNCTION forget_sent_link();
