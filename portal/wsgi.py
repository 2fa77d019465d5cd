"""The door for web servers (PEP 3333)."""

import os

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# Whoever comes in here waits for a page; portal/settings.py then sets the limits of the database.
os.environ["PORTAL_SERVES_PAGES"] = "true"


class Utf8Request(WSGIRequest):
    """Read everything as UTF-8.

    Django takes the encoding from the request, and some that Python knows (“rot13”) fail before any middleware could
    answer. `portal.middleware.RefuseOddText` refuses a request that claims one.
    """

    def _set_content_type_params(self, meta):
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


get_wsgi_application()
application = WSGIHandler()
application.request_class = Utf8Request
