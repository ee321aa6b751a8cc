-- What gateways tell

CREATE TABLE inbox (
    gateway TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL,
    transmission_id TEXT,
    id UUID NOT NULL,
    state VARCHAR(32) DEFAULT 'ready' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    hinted_at TIMESTAMPTZ DEFAULT now(),
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    error TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    discarded_by TEXT,
    discarded_because TEXT,
    CONSTRAINT pk_inbox PRIMARY KEY (id),
    CONSTRAINT uq_inbox_gateway_event_id UNIQUE (gateway, event_id),
    CONSTRAINT ck_inbox_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded', 'awaiting_approval')),
    CONSTRAINT ck_inbox_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL))
);
CREATE UNIQUE INDEX uq_inbox_gateway_transmission_id ON inbox (gateway, transmission_id) WHERE transmission_id IS NOT NULL;
CREATE INDEX ix_inbox_newest ON inbox (created_at, id);
CREATE INDEX ix_inbox_due ON inbox (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_inbox_parked ON inbox (id) WHERE state IN ('parked', 'rejected');

CREATE TABLE unverified_events (
    gateway TEXT NOT NULL,
    transmission_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL,
    certificate_url TEXT NOT NULL,
    evidence JSONB NOT NULL,
    id UUID NOT NULL,
    state VARCHAR(32) DEFAULT 'ready' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    hinted_at TIMESTAMPTZ DEFAULT now(),
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    error TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    discarded_by TEXT,
    discarded_because TEXT,
    CONSTRAINT pk_unverified_events PRIMARY KEY (id),
    CONSTRAINT uq_unverified_events_gateway_transmission_id UNIQUE (gateway, transmission_id),
    CONSTRAINT ck_unverified_events_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded', 'awaiting_approval')),
    CONSTRAINT ck_unverified_events_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL))
);
CREATE INDEX ix_unverified_events_due ON unverified_events (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_unverified_events_parked ON unverified_events (id) WHERE state = 'parked';

CREATE TABLE gateway_certificates (
    gateway TEXT NOT NULL,
    url TEXT NOT NULL,
    pem TEXT NOT NULL,
    valid_until TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_gateway_certificates PRIMARY KEY (gateway, url)
);

CREATE TABLE webhook_findings (
    gateway TEXT NOT NULL,
    refused BIGINT DEFAULT '0' NOT NULL,
    missing BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_webhook_findings PRIMARY KEY (gateway)
);

CREATE TABLE event_pulls (
    gateway TEXT NOT NULL,
    pulled_until TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_event_pulls PRIMARY KEY (gateway)
);

-- Events are not compressed at the door. Bodies above 2 kB lie out of line, where updates do not copy them.
ALTER TABLE inbox ALTER COLUMN body SET STORAGE EXTERNAL;
