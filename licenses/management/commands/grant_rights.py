"""Let a second role of PostgreSQL run the portal, which can add to the history and cannot change it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from licenses.models import Event

RIGHTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE, TRUNCATE ON {history} FROM {role}",
)


class Command(BaseCommand):
    help = (
        "Give a role of PostgreSQL all that the portal needs and no right to change history. Run it after each "
        "`migrate`, both as the owner of the tables; the portal and its workers then sign in as this role."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="a role that exists and does not own the tables")

    @transaction.atomic
    def handle(self, *args: Any, role: str, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles. On SQLite triggers alone keep the history.")
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user = %s", [role])
            if cursor.fetchone()[0]:
                raise CommandError("This is the role that owns the tables: name the one that shall run the portal.")
            for statement in RIGHTS:
                cursor.execute(statement.format(role=quote(role), history=quote(Event._meta.db_table)))
        self.stdout.write(f"{role} may run the portal, add to its history, and change none of it.")
