-- What a second person has to approve before it is done

CREATE TABLE approvals (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    account_id UUID,
    command_sha256 TEXT NOT NULL,
    effect JSONB NOT NULL,
    fingerprint TEXT NOT NULL,
    amount BIGINT NOT NULL,
    unit TEXT NOT NULL,
    status VARCHAR(32) NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    decided_by TEXT DEFAULT '' NOT NULL,
    decided_at TIMESTAMPTZ,
    reason TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_approvals PRIMARY KEY (id),
    CONSTRAINT fk_approvals_id FOREIGN KEY(id) REFERENCES operations (id),
    CONSTRAINT ck_approvals_status_known CHECK (status IN ('waiting', 'approved', 'done', 'refused', 'stale', 'expired')),
    CONSTRAINT ck_approvals_effect_is_an_object CHECK (jsonb_typeof(effect) = 'object'),
    CONSTRAINT ck_approvals_two_people CHECK (status NOT IN ('approved', 'done') OR (decided_by <> '' AND lower(regexp_replace(decided_by, '^(operator|key|staff)/', '')) <> lower(regexp_replace(asked_by, '^(operator|key|staff)/', '')))),
    CONSTRAINT ck_approvals_refused_for_a_reason CHECK ((status = 'refused') = (reason <> '')),
    CONSTRAINT ck_approvals_decided_has_a_time CHECK ((decided_at IS NULL) = (decided_by = ''))
);
CREATE INDEX ix_approvals_newest ON approvals (created_at, id);
CREATE INDEX ix_approvals_waiting ON approvals (expires_at) WHERE status = 'waiting';

CREATE TABLE done_alone (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    account_id UUID NOT NULL,
    unit TEXT NOT NULL,
    amount BIGINT NOT NULL,
    done_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_done_alone PRIMARY KEY (id),
    CONSTRAINT ck_done_alone_amount_positive CHECK (amount > 0),
    CONSTRAINT fk_done_alone_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_done_alone_of_account ON done_alone (account_id, kind, unit, done_at);

CREATE TABLE second_person_limits (
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    limit_amount BIGINT,
    CONSTRAINT pk_second_person_limits PRIMARY KEY (kind, unit),
    CONSTRAINT ck_second_person_limits_limit_not_negative CHECK (limit_amount >= 0),
    CONSTRAINT ck_second_person_limits_unit_known CHECK (unit = 'credits' OR unit ~ '^([A-Z]{3}|[*])$')
);
