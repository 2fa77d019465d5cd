"""All that we use of allauth's inside stands in one file, and here: an upgrade is read against this list."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SEAM = ROOT / "portal/foundation/oauth/allauth_seam.py"
SOURCES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
    for room in ("portal", "licenses", "devices", "downloads")
    for path in (ROOT / room).rglob("*.py")
    if path != SEAM and "migrations" not in path.parts
}


def inside(tree: ast.Module) -> set[str]:
    """Return what a module imports of allauth that allauth calls internal or private."""
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    names = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {name for name in names if name.startswith("allauth.") and is_inside(name)}


def is_inside(name: str) -> bool:
    return any(part == "internal" or part.startswith("_") for part in name.split("."))


def given_anew(tree: ast.Module) -> set[str]:
    """Return what a module puts in the place of what a request brought."""
    targets = [target for node in ast.walk(tree) if isinstance(node, ast.Assign) for target in node.targets]
    texts = {ast.unparse(target.value if isinstance(target, ast.Subscript) else target) for target in targets}
    return texts & {"request.META", "request.GET", "request.POST"}


def private_names(tree: ast.Module) -> set[str]:
    """Return what a class that changes one of allauth's overrides or reads of its private names."""
    froms = [node for node in tree.body if isinstance(node, ast.ImportFrom) and "allauth" in (node.module or "")]
    theirs = {alias.asname or alias.name for node in froms for alias in node.names}
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    ours = [node for node in classes if {ast.unparse(base).split(".")[0] for base in node.bases} & theirs]
    names = {part.name for node in ours for part in ast.walk(node) if isinstance(part, ast.FunctionDef)}
    names |= {part.attr for node in ours for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


def test_seam_uses_no_more_of_the_inside_than_this():
    assert inside(ast.parse(SEAM.read_text("utf-8"))) == {
        "allauth.account.internal.flows.login.perform_password_login",
        "allauth.account.internal.stagekit.clear_login",
        "allauth.account.internal.stagekit.unstash_login",
        "allauth.core.internal.httpkit.extract_basic_auth",
        "allauth.idp.oidc.internal.clientkit.is_redirect_uri_allowed",
        "allauth.idp.oidc.internal.oauthlib.device_codes.confirm_or_deny_device_code",
    }


@pytest.mark.parametrize("rule", [inside, given_anew, private_names])
def test_nobody_else_reaches_inside(rule):
    found = {path: rule(tree) for path, tree in SOURCES.items()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (inside, "from allauth.core.internal import ratelimit"),
        (inside, "import allauth.account.internal.stagekit"),
        (given_anew, "request.META['CONTENT_TYPE'] = ''"),
        (given_anew, "def view(request):\n    request.GET = {}"),
        (private_names, "from allauth.x import Adapter\nclass Ours(Adapter):\n    def _key(self): pass"),
        (private_names, "from allauth import x\nclass Ours(x.Adapter):\n    def key(self): return self._key()"),
    ],
)
def test_rule_sees_who_does(rule, source):
    assert rule(ast.parse(source)) != set()
