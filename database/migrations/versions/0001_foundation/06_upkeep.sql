-- How the pipeline fares

CREATE TABLE job_periods (
    job TEXT NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_job_periods PRIMARY KEY (job, period_start)
);

CREATE TABLE heartbeats (
    queue TEXT NOT NULL,
    beat_at TIMESTAMPTZ NOT NULL,
    worker TEXT NOT NULL,
    CONSTRAINT pk_heartbeats PRIMARY KEY (queue)
);

CREATE TABLE database_lineage (
    id BIGINT NOT NULL,
    system_identifier TEXT NOT NULL,
    timeline BIGINT NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_database_lineage PRIMARY KEY (id),
    CONSTRAINT ck_database_lineage_only_one CHECK (id = 1)
);

CREATE TABLE call_rates (
    gateway TEXT NOT NULL,
    free_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_call_rates PRIMARY KEY (gateway)
);
