"""Pages in the customer's own language and time zone, and for nobody else."""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control

from . import interrupted


class AskToSignIn(LoginRequiredMiddleware):
    """Ask for a sign-in wherever no view says otherwise; what was pressed after the last one had ended is kept.

    `signed_in` marks a form that only customers see, though visitors may send to its address too.
    """

    def process_view(self, request: HttpRequest, view_func, view_args, view_kwargs):
        request.signed_in_as = request.user.pk  # type: ignore[attr-defined]  # for `process_response`
        if request.user.pk is None and "signed_in" in request.POST and interrupted.account_of(request):
            return self.handle_no_permission(request, view_func)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func):
        if request.method == "POST":
            interrupted.keep(request)
        return super().handle_no_permission(request, view_func)

    def process_response(self, request: HttpRequest, response: HttpResponse):
        # An address that does not exist never came by a view.
        if hasattr(request, "signed_in_as") and request.user.pk != request.signed_in_as:
            if request.user.is_authenticated:
                interrupted.remember_account(response, request.user)
            else:
                interrupted.forget_account(response)
        return response


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
