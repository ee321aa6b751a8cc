-- What we were told to do

-- The nearest thing that a command names, by its id; what a product has written there may be anything

CREATE FUNCTION named_in(body jsonb) RETURNS uuid LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    named text := coalesce(
        body ->> 'subscription_id', body ->> 'invoice_id', body ->> 'payment_id', body ->> 'claim_id',
        body ->> 'reservation_id', body ->> 'card_id', body ->> 'member_id', body ->> 'invitation_id', body ->> 'account_id'
    );
BEGIN
    RETURN CASE WHEN named ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN named::uuid END;
END $$;

CREATE TABLE operations (
    kind TEXT NOT NULL,
    caller TEXT NOT NULL,
    idempotency_key TEXT,
    body_sha256 TEXT NOT NULL,
    body JSONB NOT NULL,
    result JSONB,
    problem JSONB,
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
    about UUID GENERATED ALWAYS AS (named_in(body)) STORED,
    CONSTRAINT pk_operations PRIMARY KEY (id),
    CONSTRAINT ck_operations_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded', 'awaiting_approval')),
    CONSTRAINT ck_operations_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL)),
    CONSTRAINT ck_operations_body_is_an_object CHECK (jsonb_typeof(body) = 'object'),
    CONSTRAINT ck_operations_kind_and_caller_are_said CHECK (kind <> '' AND caller <> '')
);
CREATE INDEX ix_operations_due ON operations (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_operations_parked ON operations (id) WHERE state = 'parked';
CREATE INDEX ix_operations_newest ON operations (created_at, id);
CREATE INDEX ix_operations_said ON operations (created_at, id)
WHERE kind NOT IN ('consume_credits', 'record_usage', 'reserve_usage', 'settle_usage', 'release_usage');
CREATE INDEX ix_operations_about ON operations (about)
WHERE kind NOT IN ('consume_credits', 'record_usage', 'reserve_usage', 'settle_usage', 'release_usage');

-- Whoever may stage commands and not read in whose name they are said, says them in a product's name alone

CREATE FUNCTION refuse_foreign_caller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% stages commands as app/ and the name of a product, not as %', current_user, NEW.caller
USING ERRCODE = 'insufficient_privilege'; END $$;

CREATE TRIGGER caller_is_a_product BEFORE INSERT ON operations FOR EACH ROW
WHEN (NEW.caller !~ '^app/[a-z0-9][a-z0-9-]{0,59}$' AND NOT has_column_privilege('operations'::regclass, 'caller', 'SELECT'))
EXECUTE FUNCTION refuse_foreign_caller();

-- What was said, and by whom, stays; in the end it may be emptied, and a user forgotten, and nothing else

CREATE TRIGGER said_stays BEFORE UPDATE OF body, caller, idempotency_key ON operations FOR EACH ROW
WHEN (
    (NEW.body <> OLD.body AND NEW.body <> '{"erased": true}' AND NEW.body <> OLD.body || '{"secret_link": ""}')
    OR (NEW.caller <> OLD.caller AND NOT (OLD.caller LIKE 'user/%' AND NEW.caller = 'user/erased'))
    OR (NEW.idempotency_key IS DISTINCT FROM OLD.idempotency_key AND NEW.idempotency_key IS NOT NULL)
)
EXECUTE FUNCTION refuse_edit();

-- What opens something is forgotten once the command is over: a token that was followed, and the link of a mail that is
-- never sent. Its fingerprint stays, so that a repeat is known.

CREATE FUNCTION forget_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.body := NEW.body || jsonb_build_object(TG_ARGV[0], '');
    RETURN NEW;
END $$;

CREATE TRIGGER forget_token BEFORE UPDATE OF state ON operations FOR EACH ROW
WHEN (NEW.kind IN ('confirm_email', 'accept_invitation') AND NEW.state IN ('done', 'rejected', 'discarded') AND NEW.body ? 'token')
EXECUTE FUNCTION forget_secret('token');
CREATE TRIGGER forget_link BEFORE UPDATE OF state ON operations FOR EACH ROW
WHEN (
    NEW.kind IN ('send_welcome', 'send_email_verification', 'send_password_reset', 'send_invitation')
    AND NEW.state IN ('rejected', 'discarded') AND NEW.body ? 'secret_link'
)
EXECUTE FUNCTION forget_secret('secret_link');
