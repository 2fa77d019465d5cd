"""What is sent to both: the same sizes, headers and forms. A request is a tuple of method, path, headers and body."""

import json
from urllib.parse import urlencode

PEOPLE, LICENSES, DEVICES = 20, 10, 30
CSRF = "c" * 32
# As a proxy sends them on; the network addresses differ, because the portal limits how often one tries codes.
PROXIED = {"Host": "portal.example.com", "X-Forwarded-Proto": "https", "Origin": "https://portal.example.com"}
BROWSER = {**PROXIED, "Accept": "text/html", "Accept-Encoding": "gzip, deflate, br", "Accept-Language": "en"}


def page(path, cookies):
    return "GET", path, {**BROWSER, "Cookie": cookies}, ""


def form(path, cookies, network, **fields):
    kind = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": f"198.51.{network}.7"}
    return "POST", path, {**BROWSER, **kind, "Cookie": cookies}, urlencode(fields)


def program(path, token, body):
    kind = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return "POST", path, {**PROXIED, **kind}, json.dumps(body)


def print_all(requests):
    print(json.dumps(requests))
