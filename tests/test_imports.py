"""The picture of imports in docs/ is that of these sources."""

from tests.imports import PICTURE, picture_of
from tests.test_architecture import AS_BUILT, House


def test_picture_shows_the_house_as_built():
    assert PICTURE.read_text("utf-8") == picture_of(AS_BUILT), "Run `python -m tests.imports`"


def test_picture_changes_with_who_imports_whom():
    files = {"licenses/__init__.py": "", "devices/__init__.py": "", "devices/views.py": ""}
    before = picture_of(House(files))
    assert picture_of(House({**files, "devices/views.py": "import licenses"})) != before
