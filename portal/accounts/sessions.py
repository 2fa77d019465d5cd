"""Sessions in the database, under a digest of their key: a copy of the table opens none of them."""

from datetime import datetime
from hashlib import blake2b

from django.contrib.sessions.backends import db
from django.utils import timezone

from portal.foundation.queue.batches import delete_in_batches


def digest_of(session_key: str) -> str:
    """Return what stands in the table, as long as its column; the key itself only its browser has."""
    return blake2b(session_key.encode(), digest_size=20).hexdigest()


class SessionStore(db.SessionStore):
    """Django's own, but for what it looks up and writes as the key."""

    def _get_session_from_db(self):
        row = self.model.objects.filter(session_key=digest_of(self.session_key), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

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
