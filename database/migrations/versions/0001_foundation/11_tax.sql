-- Tax

CREATE TABLE tax_rates (
    id UUID NOT NULL,
    country TEXT NOT NULL,
    name TEXT NOT NULL,
    rate_ppm BIGINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    CONSTRAINT pk_tax_rates PRIMARY KEY (id),
    CONSTRAINT ck_tax_rates_country_iso CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT uq_tax_rates_country_valid_from UNIQUE (country, valid_from),
    CONSTRAINT ck_tax_rates_valid_for_a_day CHECK (valid_until > valid_from),
    CONSTRAINT ck_tax_rates_rate_is_a_share CHECK (rate_ppm BETWEEN 0 AND 1000000)
);
