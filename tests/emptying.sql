-- What the tests' database has besides a user's: a mark of whoever changed its schema, and its rows from the beginning.
CREATE SCHEMA tests;
CREATE TABLE tests.changes (tag text);

CREATE FUNCTION tests.note_change() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp') THEN
        INSERT INTO tests.changes VALUES (tg_tag);
    END IF;
END $$;

CREATE FUNCTION tests.note_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
        INSERT INTO tests.changes VALUES (tg_tag);
    END IF;
END $$;

CREATE EVENT TRIGGER note_change ON ddl_command_end EXECUTE FUNCTION tests.note_change();
CREATE EVENT TRIGGER note_drop ON sql_drop EXECUTE FUNCTION tests.note_drop();
