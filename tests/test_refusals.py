"""Every refusal, once: in one place, raised, provoked by a test, said in German, with a next step that exists."""

import ast
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from portal.foundation.api.problems import KINDS
from portal.foundation.api.refusal_table import document, sentence_of, spoken
from portal.foundation.refusals import Refusal

DEFINED = [kind for kind in Refusal.defined() if not kind.__module__.startswith("tests.")]
APPS = ["devices", "downloads", "licenses"]


def sources(*rooms: str) -> list[str]:
    """Return what stands in the files of these rooms, except for the definitions and this test."""
    files = (file for room in rooms for file in (settings.BASE_DIR / room).rglob("*.py") if "refusals" not in str(file))
    return [file.read_text("utf-8") for file in files]


def nodes(*rooms: str):
    return (node for source in sources(*rooms) for node in ast.walk(ast.parse(source)))


def called() -> set[str]:
    """Return the names of all that is called; of `refusals.Taken()` the last."""
    calls = (node.func for node in nodes(*APPS, "portal") if isinstance(node, ast.Call))
    return {getattr(function, "id", getattr(function, "attr", "")) for function in calls}


def test_each_code_is_defined_once():
    codes = [kind.code for kind in DEFINED]
    assert len(codes) > 50
    assert sorted(codes) == sorted(set(codes))


def test_each_sentence_is_raised_somewhere():
    assert {kind.__name__ for kind in spoken()} - called() == set()


def test_each_code_is_provoked_by_a_test():
    tried = set(re.findall(r'"(\w+)"', "".join(sources("tests"))))
    assert {kind.code for kind in DEFINED} - tried == set()


def test_nobody_compares_codes():
    compared = (ast.unparse(node) for node in nodes(*APPS) if isinstance(node, ast.Compare))
    assert [each for each in compared if "refusal.code" in each] == []
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    assert [str(file) for file in templates if "refusal.code" in file.read_text("utf-8")] == []


@pytest.mark.parametrize("kind", [kind for kind in spoken() if kind.next_step], ids=lambda kind: kind.__name__)
def test_next_step_leads_somewhere(kind):
    step = kind.next_step
    if step.view:
        assert reverse(step.view, args=[1] if step.of else None)
    assert not step.of or step.of in {*kind.__annotations__}


@pytest.mark.parametrize("kind", spoken(), ids=lambda kind: kind.__name__)
def test_each_sentence_and_step_is_in_german(kind):
    def said() -> list[str]:
        texts = [sentence_of(kind), *([str(kind.next_step.words)] if kind.next_step else [])]
        return [text for text in texts if any(map(str.isalpha, re.sub("‹.*?›", "", text)))]

    with translation.override("de"):
        german = said()
    with translation.override("en"):
        assert not set(german) & set(said())


def test_programs_are_told_of_what_the_apps_define():
    told = {kind.code: kind.problem for kind in DEFINED if kind.problem}
    assert {code: KINDS[code].status for code in told} == {code: problem.status for code, problem in told.items()}
    assert all(problem.title and problem.example.keys() <= problem.members.keys() for problem in told.values())


def test_table_in_docs_is_that_of_the_code():
    """When this fails because a refusal has changed: `manage.py export_refusals`."""
    assert (settings.BASE_DIR / "docs" / "codes.md").read_text("utf-8") == document()
