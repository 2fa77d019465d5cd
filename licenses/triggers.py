"""What the database itself refuses and no constraint of Django can say: triggers, and terms that overlap.

History is written once and stays: no event changes or goes, and no code becomes unused by losing its term. What was
sold keeps its short name. On PostgreSQL terms of a license cannot overlap; on SQLite the lock on the license guards
that rule. SQLite drops triggers when it rebuilds a table: a migration that alters `Event` or `Term` calls `create`
again as its last step. PostgreSQL also refuses TRUNCATE, which SQLite does not have.
"""

CREATE = {
    "postgresql": [
        """
CREATE FUNCTION licenses_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER events_only_grow BEFORE UPDATE OR DELETE ON licenses_event
    FOR EACH ROW EXECUTE FUNCTION licenses_row_stays();
CREATE TRIGGER events_are_not_emptied BEFORE TRUNCATE ON licenses_event
    FOR EACH STATEMENT EXECUTE FUNCTION licenses_row_stays();
CREATE TRIGGER used_code_stays_used BEFORE DELETE ON licenses_term
    FOR EACH ROW WHEN (OLD.code_id IS NOT NULL) EXECUTE FUNCTION licenses_row_stays();
""",
        """
CREATE FUNCTION licenses_sold_name_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sold boolean;
BEGIN
    IF TG_TABLE_NAME = 'licenses_product' THEN
        SELECT EXISTS (SELECT 1 FROM licenses_license WHERE product_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_codebatch JOIN licenses_plan p ON p.id = plan_id
                       WHERE product_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_order JOIN licenses_plan p ON p.id = plan_id
                       WHERE product_id = OLD.id)
            INTO sold;
    ELSE
        SELECT EXISTS (SELECT 1 FROM licenses_term WHERE plan_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_codebatch WHERE plan_id = OLD.id)
            OR EXISTS (SELECT 1 FROM licenses_order WHERE plan_id = OLD.id)
            INTO sold;
    END IF;
    IF sold THEN RAISE EXCEPTION 'sold_name_stays' USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sold_name_stays BEFORE UPDATE ON licenses_product
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION licenses_sold_name_stays();
CREATE TRIGGER sold_name_stays BEFORE UPDATE ON licenses_plan
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION licenses_sold_name_stays();
""",
        """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE licenses_term ADD CONSTRAINT terms_do_not_overlap
    EXCLUDE USING gist (license_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
""",
    ],
    "sqlite": [
        """
CREATE TRIGGER events_only_grow BEFORE UPDATE ON licenses_event
BEGIN SELECT RAISE(ABORT, 'events_only_grow'); END
""",
        """
CREATE TRIGGER events_are_not_emptied BEFORE DELETE ON licenses_event
BEGIN SELECT RAISE(ABORT, 'events_are_not_emptied'); END
""",
        """
CREATE TRIGGER used_code_stays_used BEFORE DELETE ON licenses_term WHEN OLD.code_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'used_code_stays_used'); END
""",
    ],
}
DROP = {
    "postgresql": [
        """
DROP TRIGGER events_only_grow ON licenses_event;
DROP TRIGGER events_are_not_emptied ON licenses_event;
DROP TRIGGER used_code_stays_used ON licenses_term;
DROP FUNCTION licenses_row_stays();
""",
        """
DROP TRIGGER sold_name_stays ON licenses_product;
DROP TRIGGER sold_name_stays ON licenses_plan;
DROP FUNCTION licenses_sold_name_stays();
""",
        "ALTER TABLE licenses_term DROP CONSTRAINT terms_do_not_overlap;",
    ],
    "sqlite": [
        "DROP TRIGGER IF EXISTS events_only_grow",
        "DROP TRIGGER IF EXISTS events_are_not_emptied",
        "DROP TRIGGER IF EXISTS used_code_stays_used",
    ],
}


def create(apps, schema_editor) -> None:
    """Create them all, for a migration; on SQLite those that a rebuilt table kept are made anew."""
    if schema_editor.connection.vendor == "sqlite":
        drop(apps, schema_editor)
    run(CREATE, schema_editor)


def drop(apps, schema_editor) -> None:
    """Drop them all, for a migration that is taken back."""
    run(DROP, schema_editor)


def run(statements: dict[str, list[str]], schema_editor) -> None:
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)
