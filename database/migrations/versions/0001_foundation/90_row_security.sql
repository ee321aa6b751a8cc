-- Whose rows a transaction may see: what it says in the settings cashbeat.accounts, cashbeat.callers and
-- cashbeat.permissions, see database/sight.py. The policies that ask are made with the roles, see database/row_security.py.
-- Each setting is an array, or the one word '*'. One that was never said is NULL, one of an earlier transaction is empty:
-- both are nobody's. What is no array is an error.

CREATE FUNCTION sees_every_account() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('cashbeat.accounts', true) = '*', false);

CREATE FUNCTION seen_accounts() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC SELECT unnest(nullif(nullif(current_setting('cashbeat.accounts', true), ''), '*')::uuid[]); END;

CREATE FUNCTION sees_every_caller() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('cashbeat.callers', true) = '*', false);

CREATE FUNCTION seen_callers() RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC SELECT unnest(nullif(nullif(current_setting('cashbeat.callers', true), ''), '*')::text[]); END;

CREATE FUNCTION has_permission(wanted text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    current_setting('cashbeat.permissions', true) = '*'
    OR wanted = ANY (nullif(nullif(current_setting('cashbeat.permissions', true), ''), '*')::text[]),
    false
);
