"""The house rules, read from the sources: who may import whom, what a file may be called, where a rule may live.

The first test to read. `docs/architecture.md` says the same in words. Every rule is one function that takes the house
and returns what is wrong with it; below, each is tried on a tiny house that breaks it, so that none is vacuous.
"""

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The floors of the house, the lowest first: a room imports what lies on lower floors, and nothing beside or above it.
# The roof, `portal` itself, knows everybody; nobody below knows it.
HOUSE = [{"portal.ui"}, {"portal.foundation"}, {"licenses"}, {"devices", "downloads"}, {"portal"}]
ROOMS = {room: set().union(*HOUSE[:number]) for number, rooms in enumerate(HOUSE) for room in rooms}
# What has its own models, services and views inside a room: each folder of these.
SHARED_ROOMS = {"portal", "portal.foundation"}
# The wiring names views, which are otherwise private.
WIRES = {"portal.urls", "portal.settings"}

# Inside an app, imports go down only: a view may call a service, never the other way round.
FLOORS = {
    "models": 0,
    "services": 1,
    "forms": 2,
    "admin": 2,
    "api": 2,
    "jobs": 2,
    "management": 2,
    "views": 3,
    "urls": 4,
}

# What the foundation knows nothing about, and who may say one of these words all the same: a device is what signs in
# without a browser (RFC 8628), and the document of an API has a license (OpenAPI).
PRODUCT_WORDS = {"device", "installer", "lease", "license", "order", "plan", "product", "seat"}
MAY_SAY = {
    "portal.foundation.oauth": {"device"},
    "portal.foundation.api.openapi": {"license"},
}
# Plain English, and Django's.
SEQUENCE = re.compile(r"order_by|\b(in|the|their)[ _]order\b|_in_their_order")

# Where the moment is taken: what answers people, programs and operators.
DOORS = {"views", "api", "admin", "forms", "adapter", "management", "middleware", "interrupted"}
CLOCKS = {"timezone.now", "timezone.localdate", "timezone.localtime", "datetime.now", "datetime.utcnow", "time.time"}
# What is a door under another name: pages of errors, a call that is counted, a session that Django opens, the
# demonstration.
KEEPS_ITS_OWN_TIME = {
    "portal.errors",
    "portal.middleware",
    "portal.accounts.sessions",
    "portal.demo.accounts",
    "portal.demo.history",
    "portal.demo.installers",
    "portal.foundation.api.limits",
}

LONGEST_FILE = 400
LONGEST_TEMPLATE_LINE = 160
MAY_BE_LONG = {"portal/settings.py"}
MOST_LINES = {50: 6, 90: 15}

PRIVATE = {"views", "forms", "admin", "urls"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "managers", "selectors", "signals", "mixins", "misc"}
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "select_for_update",
}


class House:
    """The project's sources, by path; and what they import."""

    def __init__(self, files: dict[str, str]):
        self.files = files

    @classmethod
    def as_built(cls) -> "House":
        folders = [ROOT / room for room in ("portal", "licenses", "devices", "downloads", "templates")]
        paths = [path for folder in folders for kind in ("*.py", "*.html") for path in folder.rglob(kind)]
        return cls({path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths})

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        """Each module by its dotted name; migrations are written by Django."""
        return {
            dotted(path): ast.parse(text)
            for path, text in self.files.items()
            if path.endswith(".py") and "/migrations/" not in path
        }

    @cached_property
    def templates(self) -> dict[str, str]:
        return {path: text for path, text in self.files.items() if path.endswith(".html")}

    def named(self, *names: str) -> Iterator[tuple[str, ast.Module]]:
        """Yield the modules with one of these names, also as a folder of that name."""
        return ((name, tree) for name, tree in self.modules.items() if set(name.split(".")) & set(names))

    def running(self, name: str) -> Iterator[ast.AST]:
        """Yield each node that Python runs: what stands under `if TYPE_CHECKING` is for readers alone."""
        waiting: list[ast.AST] = [self.modules[name]]
        while waiting:
            node = waiting.pop()
            yield node
            if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
                waiting.extend(ast.iter_child_nodes(node))

    def imports(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield what a module imports: the module, and the name taken out of it, if any."""
        package = name if f"{name.replace('.', '/')}/__init__.py" in self.files else name.rpartition(".")[0]
        for node in self.running(name):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
                module = ".".join([*above, *([node.module] if node.module else [])])
                for alias in node.names:
                    inner = f"{module}.{alias.name}"
                    yield (inner, "") if inner in self.modules else (module, alias.name)

    def uses(self, name: str) -> set[str]:
        """Return the modules of the house that a module imports."""
        return {module for module, _name in self.imports(name) if module in self.modules and module != name}

    def reaches(self, name: str) -> set[str]:
        """Return every module of the same app that a module imports, also through others."""
        seen, open_ends = {name}, [name]
        while open_ends:
            new = {module for module in self.uses(open_ends.pop()) if app(module) == app(name)} - seen
            seen |= new
            open_ends += new
        return seen


def dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room(module: str) -> str:
    """Return the room in which a module lives; the longest name that fits."""
    return max((name for name in ROOMS if f"{module}.".startswith(f"{name}.")), key=len)


def app(module: str) -> str:
    """Return the app to which a module belongs: its room, or the folder of a room that several share."""
    inside = module.removeprefix(room(module)).strip(".").split(".")[0]
    return f"{room(module)}.{inside}" if room(module) in SHARED_ROOMS and inside else room(module)


def floor(module: str) -> int | None:
    """Return how high in its app a module stands; None for one that helps wherever it is called."""
    inside = module.removeprefix(app(module)).strip(".").split(".")[0]
    return FLOORS.get(inside)


# The rules


def rooms_import_only_what_they_may(house: House) -> list[str]:
    return [
        f"{name} imports {used}"
        for name in house.modules
        for used in house.uses(name)
        if room(used) not in ROOMS[room(name)] | {room(name)}
    ]


def foundation_knows_no_product(house: House) -> list[str]:
    return [
        f"{name} says {word}"
        for name, tree in house.modules.items()
        if room(name) == "portal.foundation"
        for word in sorted(words_of(tree) & PRODUCT_WORDS)
        if not any(f"{name}.".startswith(f"{place}.") and word in words for place, words in MAY_SAY.items())
    ]


def words_of(tree: ast.Module) -> set[str]:
    """Return the words of all names and texts, each in the singular; comments are no code."""
    texts = {str(value) for node in ast.walk(tree) for _field, value in ast.iter_fields(node) if isinstance(value, str)}
    spelled = re.sub("(?<=[a-z])(?=[A-Z])", " ", " ".join(SEQUENCE.sub("", text) for text in texts)).lower()
    return {word.removesuffix("s") for word in re.findall("[a-z]+", spelled)}


def imports_go_down_inside_an_app(house: House) -> list[str]:
    ranked = [name for name in house.modules if floor(name) is not None]
    return [
        f"{name} reaches {reached}"
        for name in ranked
        for reached in house.reaches(name)
        if (floor(reached) or 0) > floor(name)
    ]


def nothing_imports_in_a_circle(house: House) -> list[str]:
    try:
        TopologicalSorter({name: house.uses(name) for name in house.modules}).prepare()
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []


def imports_stand_at_the_top(house: House) -> list[str]:
    return [
        f"{name} line {node.lineno}"
        for name, tree in house.modules.items()
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(outer)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def private_things_stay_in_their_app(house: House) -> list[str]:
    return [
        f"{name} takes {taken or module} from {module}"
        for name in house.modules
        if name not in WIRES
        for module, taken in house.imports(name)
        if module in house.modules and app(module) != app(name)
        if module.rpartition(".")[2] in PRIVATE or taken.startswith("_") or "._" in module
    ]


def files_are_named_after_what_they_say(house: House) -> list[str]:
    return [path for path in house.files if set(PurePosixPath(path).with_suffix("").parts) & FORBIDDEN_NAMES]


def views_write_nothing(house: House) -> list[str]:
    """Except for the columns, named one by one, of the row that a form is about: that is no rule."""
    return [
        f"{name} line {node.lineno} calls {node.func.attr}"
        for name, tree in house.named("views")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        if not (node.func.attr == "save" and [keyword.arg for keyword in node.keywords] == ["update_fields"])
    ]


def templates_write_nothing(house: House) -> list[str]:
    writes = re.compile(r"\{[{%][^}]*\.(objects|save|delete|create|update)\b")
    return [path for path, text in house.templates.items() if writes.search(text)]


def template_lines_are_short(house: House) -> list[str]:
    """A change inside a longer line cannot be reviewed; `{% blocktranslate trimmed %}` lets a text be broken."""
    return [
        f"{path} line {number}"
        for path, text in house.templates.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if len(line) > LONGEST_TEMPLATE_LINE
    ]


def models_hide_nothing_in_save(house: House) -> list[str]:
    return [
        f"{name} line {node.lineno} overrides {node.name}"
        for name, tree in house.named("models")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]


def nothing_listens_to_signals(house: House) -> list[str]:
    silent = {"django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals"}
    return [
        f"{name} imports {module}"
        for name in house.modules
        for module, taken in house.imports(name)
        if module in silent or f"{module}.{taken}" in silent
    ]


def clocks_hang_at_the_doors(house: House) -> list[str]:
    """Who answers a request or a command takes the moment once and hands it down; nobody below looks at a clock."""
    return [
        f"{name} line {node.lineno} asks for the time"
        for name, tree in house.modules.items()
        if not set(name.removeprefix(app(name)).split(".")) & DOORS and name not in KEEPS_ITS_OWN_TIME
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in CLOCKS and not (node.args or node.keywords)
    ]


def files_are_short(house: House) -> list[str]:
    return [
        f"{path}: {lines} lines"
        for path, text in house.files.items()
        if path.endswith(".py") and "/migrations/" not in path and path not in MAY_BE_LONG
        if (lines := text.count("\n")) > LONGEST_FILE
    ]


def functions_are_short(house: House) -> list[str]:
    """Half of them within 6 lines, nine of ten within 15: counted from `def` to the last line, docstring included."""
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for tree in house.modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    at = {share: lengths[len(lengths) * share // 100] for share in MOST_LINES} if lengths else {}
    return [f"{share} % have up to {found} lines" for share, found in at.items() if found > MOST_LINES[share]]


def views_are_functions(house: House) -> list[str]:
    """Except for those that change one of allauth's."""
    found = []
    for name, tree in house.named("views"):
        froms = [node for node in tree.body if isinstance(node, ast.ImportFrom) and "allauth" in (node.module or "")]
        allauths = {alias.asname or alias.name for node in froms for alias in node.names}
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        bases = {node.name: {ast.unparse(base).split(".")[0] for base in node.bases} for node in classes}
        found += [f"{name}.{class_name}" for class_name, names in bases.items() if not names & allauths]
    return found


def pages_have_nothing_inline(house: House) -> list[str]:
    inline = re.compile(r"<script(?![^>]*\ssrc=)|<style\b|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    pages = {path: text for path, text in house.templates.items() if not {"mail", "email"} & set(path.split("/"))}
    return [f"{path}: {found.group().strip()}" for path, text in pages.items() if (found := inline.search(text))]


# For each rule a house that breaks it, as small as can be.
BROKEN = {
    rooms_import_only_what_they_may: [
        {"devices/services.py": "from downloads.models import Installer", "downloads/models.py": ""},
        {"licenses/services/seats.py": "from devices.models import Device", "devices/models.py": ""},
        {"licenses/admin.py": "from portal.accounts import models", "portal/accounts/models.py": ""},
        {"portal/foundation/mail/services.py": "import licenses.models", "licenses/models.py": ""},
        {"portal/ui/brand.py": "from licenses.models import Plan", "licenses/models.py": ""},
        {"devices/views.py": "from portal.middleware import RefuseOddText", "portal/middleware.py": ""},
    ],
    foundation_knows_no_product: [
        {"portal/foundation/webhooks/models.py": "class LicenseAdded: pass"},
        {"portal/foundation/oauth/models.py": "device = models.ForeignKey('devices.Device')\nseats_left = 1"},
        {"portal/foundation/api/auth.py": "OF_PERSONS = {'devices'}"},
        {"portal/foundation/crypto/keys.py": "HELP = 'A key that signs leases.'"},
    ],
    imports_go_down_inside_an_app: [
        {"devices/models.py": "from .services import connect", "devices/services.py": ""},
        {"portal/foundation/mail/models.py": "from . import services", "portal/foundation/mail/services.py": ""},
        {"devices/services.py": "from devices import forms", "devices/forms.py": ""},
        {"devices/models.py": "from . import names", "devices/names.py": "from . import views", "devices/views.py": ""},
        {"licenses/models/__init__.py": "from ..services.seats import take", "licenses/services/seats.py": ""},
    ],
    nothing_imports_in_a_circle: [
        {"licenses/codes.py": "from . import dates", "licenses/dates.py": "import licenses.codes"},
        {"licenses/a.py": "from . import b", "licenses/b.py": "from . import c", "licenses/c.py": "from . import a"},
    ],
    imports_stand_at_the_top: [
        {"licenses/services.py": "def redeem():\n    from licenses import models"},
        {"licenses/services.py": "class Redeem:\n    import json"},
    ],
    private_things_stay_in_their_app: [
        {"devices/views.py": "from licenses.forms import CodeForm", "licenses/forms.py": ""},
        {"devices/services.py": "from licenses.services import _count", "licenses/services/__init__.py": ""},
        {"portal/demo/a.py": "from portal.accounts import forms", "portal/accounts/forms.py": ""},
    ],
    files_are_named_after_what_they_say: [
        {"licenses/utils.py": ""},
        {"devices/signals/__init__.py": ""},
        {"templates/common/box.html": ""},
    ],
    views_write_nothing: [
        {"devices/views.py": "def rename(request, device):\n    device.save()"},
        {"devices/views.py": "def forget(request):\n    Device.objects.filter(pk=1).delete()"},
    ],
    templates_write_nothing: [{"templates/devices/index.html": "{{ device.delete }}"}],
    template_lines_are_short: [{"templates/devices/index.html": "<p>" + "x" * LONGEST_TEMPLATE_LINE}],
    models_hide_nothing_in_save: [
        {"devices/models.py": "class Device:\n    def save(self): pass"},
        {"licenses/models/catalog.py": "class Plan:\n    def delete(self): pass"},
    ],
    nothing_listens_to_signals: [
        {"devices/apps.py": "from django.dispatch import receiver"},
        {"devices/apps.py": "from django.db.models import signals"},
    ],
    clocks_hang_at_the_doors: [
        {"licenses/services/terms.py": "from django.utils import timezone\ndef take():\n    return timezone.now()"},
        {"downloads/models.py": "from django.utils import timezone\ndef is_old():\n    return timezone.localdate()"},
        {"portal/foundation/mail/services.py": "import time\ndef count():\n    return time.time()"},
    ],
    files_are_short: [{"licenses/views.py": "x = 1\n" * 401}],
    functions_are_short: [{"licenses/views.py": "def see():\n" + "    x = 1\n" * 6}],
    views_are_functions: [
        {"devices/views.py": "from django.views.generic import ListView\nclass Devices(ListView): pass"},
        {"devices/views.py": "class Devices: pass"},
    ],
    pages_have_nothing_inline: [
        {"templates/base.html": "<script>alert(1)</script>"},
        {"templates/base.html": '<p style="color: red">'},
        {"templates/base.html": '<button onclick="go()">'},
        {"templates/base.html": '<a href="javascript:go()">'},
    ],
}

AS_BUILT = House.as_built()


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: rule.__name__)
def test_house_keeps_the_rule(rule):
    assert rule(AS_BUILT) == []


@pytest.mark.parametrize(
    ("rule", "files"),
    [(rule, files) for rule, houses in BROKEN.items() for files in houses],
    ids=lambda value: value.__name__ if callable(value) else next(iter(value)),
)
def test_rule_sees_a_house_that_breaks_it(rule, files):
    assert rule(House(files)) != []


def test_tidy_house_breaks_nothing():
    """Each file here is what a rule might mistake for a break."""
    tidy = House(
        {
            "portal/urls.py": "from portal.accounts.views import home\nfrom licenses import views",
            "portal/ui/brand.py": "",
            "portal/accounts/views.py": "from allauth.account import views as theirs\nclass In(theirs.LoginView): pass",
            "licenses/models/__init__.py": "from .catalog import Plan",
            "licenses/models/catalog.py": "from django.db import models",
            "licenses/services/__init__.py": "from .seats import take_seat",
            "licenses/services/seats.py": "from licenses.models import Plan\nfrom portal.ui.brand import brand",
            "licenses/views.py": "from . import forms, services\ndef name(row):\n    row.save(update_fields=['name'])",
            "licenses/forms.py": "def clean(self):\n    return super().clean()",
            "templates/base.html": '<script type="module" src="x.js"></script>{{ object.updated_at }}',
            "templates/mail/layout.html": '<p style="color: red">',
        }
    )
    assert {rule.__name__: rule(tidy) for rule in BROKEN if rule(tidy)} == {}


def test_house_is_seen_at_all():
    assert {"licenses.services.redeem", "portal.accounts.models", "devices.models"} <= set(AS_BUILT.modules)
    assert "licenses.models" in AS_BUILT.uses("licenses.services.redeem")
