"""History is written once and stays: no event changes or goes, and no code becomes unused by losing its term.

The database refuses it, whoever asks. SQLite drops triggers when it rebuilds a table: a migration that alters `Event`
or `Term` must create them again. PostgreSQL also refuses TRUNCATE, which SQLite does not have.
"""

from importlib import import_module

from django.db import migrations

some_columns_only = import_module("licenses.migrations.0003_events_only_grow")

FORBID = {
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
"""
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
ALLOW = {
    "postgresql": [
        """
DROP TRIGGER events_only_grow ON licenses_event;
DROP TRIGGER events_are_not_emptied ON licenses_event;
DROP TRIGGER used_code_stays_used ON licenses_term;
DROP FUNCTION licenses_row_stays();
"""
    ],
    "sqlite": [
        "DROP TRIGGER events_only_grow",
        "DROP TRIGGER events_are_not_emptied",
        "DROP TRIGGER used_code_stays_used",
    ],
}


def run(statements):
    def run(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("licenses", "0008_rows_of_the_ledger_stay")]
    operations = [
        migrations.RunPython(some_columns_only.run(some_columns_only.ALLOW), some_columns_only.run(some_columns_only.FORBID)),
        migrations.RunPython(run(FORBID), run(ALLOW)),
    ]
