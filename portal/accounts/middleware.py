"""Pages in the customer's own language and time zone, and for nobody else."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control


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
        if "Cache-Control" not in response.headers:
            # On a shared computer, the Back button must not show what a customer saw before signing out.
            patch_cache_control(response, private=True, no_store=True)
        # LocaleMiddleware, further out, would name the visitor's language.
        response.headers.setdefault("Content-Language", language)
        return response
