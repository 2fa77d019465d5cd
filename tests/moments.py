"""Requests at a moment of the test's choosing: in place of the middleware that takes the time; see `clock`."""

from datetime import datetime

from django.utils import timezone

TAKEN = "portal.middleware.TakeMoment"


class HandInMoment:
    """The door of the portal, with the moment that a test has set; until it sets one, with the real one."""

    moment: datetime | None = None

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.now = self.moment or timezone.now()
        return self.get_response(request)
