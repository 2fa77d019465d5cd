"""Pages in the customer's own language and time zone."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation


class CustomerPreferences:
    """Visitors keep what LocaleMiddleware found and the portal's time zone; whoever is signed in gets their own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        language = user.language if user.language in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(language), timezone.override(user.zone):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        # LocaleMiddleware, further out, would name the visitor's language.
        response.headers.setdefault("Content-Language", language)
        return response
