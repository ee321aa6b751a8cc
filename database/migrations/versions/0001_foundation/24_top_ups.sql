-- Credits that are bought by themselves

CREATE TABLE auto_top_ups (
    account_id UUID NOT NULL,
    package_id UUID NOT NULL,
    top_up_below BIGINT NOT NULL,
    monthly_max BIGINT NOT NULL,
    month DATE,
    purchases BIGINT DEFAULT '0' NOT NULL,
    invoice_id UUID,
    stopped_at TIMESTAMPTZ,
    stop_code TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_auto_top_ups PRIMARY KEY (account_id),
    CONSTRAINT ck_auto_top_ups_limits_positive CHECK (top_up_below > 0 AND monthly_max > 0),
    CONSTRAINT ck_auto_top_ups_purchases_limited CHECK (purchases BETWEEN 0 AND monthly_max),
    CONSTRAINT fk_auto_top_ups_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_auto_top_ups_package_id FOREIGN KEY(package_id) REFERENCES credit_packages (id),
    CONSTRAINT fk_auto_top_ups_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);
