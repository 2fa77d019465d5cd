"""What every address under /api/ has in common, whoever answers: the call, the router, or Django itself."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request

from .problems import BY_STATUS, MEDIA_TYPE, problem_response

CALLS = "/api/v1/"
ADDRESSES = "/api/"
KEPT_HEADERS = ["Allow", "Content-Language", "Retry-After", "WWW-Authenticate"]


class ApiResponses:
    """Programs get problem documents instead of error pages, no cookies, and answers that nobody keeps."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ADDRESSES):
            return self.get_response(request)
        method = request.method
        # What has an answer to GET has one to HEAD; the server leaves the body out by itself.
        request.method = "GET" if method == "HEAD" else method
        response = self.get_response(request)
        request.method = method
        if method == "OPTIONS" and response.status_code == 405:
            response = HttpResponse(status=204, headers={"Allow": response.headers["Allow"]})
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            response = as_problem(request, response)
        return for_programs(request, response)


def as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say in a problem document what an error page says."""
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    code = BY_STATUS.get(response.status_code, "server_error" if response.status_code >= 500 else "bad_request")
    # Who refuses early does so before the language is known.
    with translation.override(get_language_from_request(request)):
        return problem_response(code, headers=headers)


def for_programs(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if "Allow" in response.headers:
        response.headers["Allow"] = all_methods(response.headers["Allow"])
    if request.path_info.startswith(CALLS):
        response.headers["Cache-Control"] = "no-store"
        response.cookies.clear()
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
    for name, value in getattr(request, "rate_limit_headers", {}).items():
        response.headers[name] = value
    return response


def all_methods(allow: str) -> str:
    """Return the methods of an address with those that are answered here."""
    methods = {method.strip() for method in allow.split(",")} | {"OPTIONS"}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))
