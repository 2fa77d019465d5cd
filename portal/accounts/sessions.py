"""Sessions in the database, under a digest of their key: a copy of the table opens none of them."""

from datetime import datetime
from hashlib import blake2b

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from portal.foundation.queue.batches import delete_in_batches

LOAD = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


def digest_of(session_key: str) -> str:
    """Return what stands in the table, as long as its column; the key itself only its browser has."""
    return blake2b(session_key.encode(), digest_size=20).hexdigest()


class SessionStore(db.SessionStore):
    """Django's own, but for what it looks up and writes as the key."""

    def load(self):
        """Ask without the ORM: every page begins with this, and to build the question takes longer than to answer."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(LOAD, [digest_of(self.session_key), now])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
        return self.decode(row[0]) if row else {}

    def exists(self, session_key):
        return super().exists(digest_of(session_key))

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.session_key = digest_of(row.session_key)
        return row

    def delete(self, session_key=None):
        session_key = session_key or self.session_key
        if session_key:
            super().delete(digest_of(session_key))


def prune_sessions(*, at: datetime) -> int:
    """Delete sessions that are over; return how many."""
    return delete_in_batches(SessionStore.get_model_class().objects.filter(expire_date__lt=at))
