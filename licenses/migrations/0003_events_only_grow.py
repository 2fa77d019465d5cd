"""What an event says can never be changed, by nobody: the database refuses it.

SQLite drops triggers when it rebuilds a table: a migration that alters `Event` must create this one again.
"""

from django.db import migrations

FORBID = {
    "postgresql": """
CREATE FUNCTION licenses_event_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events_only_grow' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER events_only_grow BEFORE UPDATE OF verb, at, details ON licenses_event
    FOR EACH ROW EXECUTE FUNCTION licenses_event_is_written_once();
""",
    "sqlite": """
CREATE TRIGGER events_only_grow BEFORE UPDATE OF verb, at, details ON licenses_event
BEGIN SELECT RAISE(ABORT, 'events_only_grow'); END
""",
}
ALLOW = {
    "postgresql": """
DROP TRIGGER events_only_grow ON licenses_event;
DROP FUNCTION licenses_event_is_written_once();
""",
    "sqlite": "DROP TRIGGER events_only_grow",
}


def run(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor in statements:
            schema_editor.execute(statements[schema_editor.connection.vendor], params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("licenses", "0002_terms_do_not_overlap")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
