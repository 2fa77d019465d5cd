"""Setup guides: safe text, the right language, and texts of staff that nobody overwrites."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from downloads.models import SetupGuide
from downloads.prose import render_guide
from downloads.services import GUIDE_TEXTS, write_default_guides
from licenses.models import Product
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    '<p style="position:fixed">x</p>',
    "![x](https://evil.example/pixel.png)",
    '[x](https://a.example "onmouseover=alert(1)")',
    "<javascript:alert(1)>",
    "`<script>alert(1)</script>`",
]


class Seen(HTMLParser):
    """Collects the tags and attributes that a browser would act on."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.attributes = set(), {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(attrs)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_active_is_left(attack):
    seen = Seen(render_guide(attack, {}))
    assert seen.tags <= {"p", "a", "code"}
    assert set(seen.attributes) <= {"href", "title", "rel"}
    assert seen.attributes.get("href", "https://").startswith("https://")


def test_values_are_text_even_when_they_look_like_tags():
    html = render_guide("Use {email}, [a](https://a.example '{email}')", {"email": '"><b onclick=x>'})
    assert "<b" not in html
    assert html.count("&quot;&gt;&lt;b onclick=x&gt;") == 2


def test_braces_that_name_nothing_stay():
    assert render_guide("{unknown} {0} {", {"product": "X"}) == "<p>{unknown} {0} {</p>\n"


@pytest.mark.parametrize(
    ("text", "headings"),
    [("# A\n## B", ["<h2>A", "<h3>B"]), ("### A\n#### B", ["<h2>A", "<h3>B"]), ("# A\n###### B", ["<h2>A", "<h6>B"])],
)
def test_headings_stand_below_the_page_title(text, headings):
    html = render_guide(text, {})
    assert all(heading in html for heading in headings)
    assert "<h1" not in html


@pytest.fixture
def read(client_of, customer):
    def read(guide, **kwargs) -> str:
        url = reverse("downloads:guide", args=[guide.platform, guide.product.slug])
        return client_of(customer).get(url, **kwargs).content.decode()

    return read


def test_guide_names_the_file_the_account_and_the_next_step(read, publish, customer):
    installer = publish()
    page = read(SetupGuide.objects.get(product=installer.product, language="en"))
    for fact in [installer.file_name, customer.email, installer.product.name, "15 minutes", reverse("devices:index")]:
        assert fact in page
    assert "{file_name}" not in page


def test_guide_comes_in_the_readers_language_or_in_english(read):
    guide = write_default_guides(product=ProductFactory(), platforms=["windows"])[0]
    german = {"headers": {"Accept-Language": "de"}}
    assert "Bevor es losgeht" in read(guide, **german)
    SetupGuide.objects.filter(language="de").delete()
    page = read(guide, **german)
    assert "Before you start" in page
    assert 'lang="en">' in page


def test_another_language_can_be_asked_for(read):
    guide = write_default_guides(product=ProductFactory(), platforms=["mac"])[0]
    assert "Bevor es losgeht" in read(guide, data={"language": "de"})
    assert "Before you start" in read(guide, data={"language": "xx"})


def test_product_without_guide(client_of, customer):
    url = reverse("downloads:guide", args=["windows", ProductFactory().slug])
    assert client_of(customer).get(url).status_code == 404


@pytest.mark.parametrize("platform", SetupGuide.Platform.values)
@pytest.mark.parametrize("kind", Product.Kind.values)
def test_default_texts_answer_what_people_are_asked(kind, platform):
    guides = write_default_guides(product=ProductFactory(kind=kind), platforms=[platform])
    english = next(guide for guide in guides if guide.language == "en").body
    for words in ["License agreement", "rivacy policy", "optional", "You can refuse", "Sign in", "{email}"]:
        assert words in english
    assert {guide.language for guide in guides} == {"de", "en"}


def test_product_gets_the_guides_of_its_kind(read):
    guide = write_default_guides(product=ProductFactory(kind="vpn"), platforms=["windows"])[-1]
    page = read(guide)
    assert "Switch it on" in page
    assert "Update databases" not in page


def texts_of(kind: str, language: str) -> str:
    return "".join(path.read_text("utf-8") for path in (GUIDE_TEXTS / kind).glob(f"*.{language}.md"))


@pytest.mark.parametrize("kind", ["vpn", "passwords", "children"])
def test_only_protection_speaks_of_viruses(kind):
    for language, words in {
        "en": ["remove another", "Update databases"],
        "de": ["Datenbanken", "entfernen Sie es"],
    }.items():
        assert not any(word in texts_of(kind, language) for word in [*words, "Password Manager"])


@pytest.mark.parametrize("kind", Product.Kind.values)
def test_german_texts_are_wholly_german_and_as_long_as_the_english(kind):
    german = texts_of(kind, "de")
    assert not any(
        word in german for word in ["freiwillig", "im Weg ist", "Kennwort", "Benutzerkonto", " the ", "Sign in"]
    )
    assert german.count("\n") == texts_of(kind, "en").count("\n")


def test_places_that_a_guide_names_are_links(read, publish):
    installer = publish()
    page = read(SetupGuide.objects.get(product=installer.product, language="en"))
    assert f'<a href="{reverse("devices:index")}" rel="noopener noreferrer">Devices</a>' in page
    assert f'href="{installer_box(installer)}"' in page
    assert "%7B" not in page


def installer_box(installer) -> str:
    slug = installer.product.slug
    return f"{reverse('downloads:product', args=['windows', slug])}#product-{slug}"


def test_only_our_own_addresses_become_links():
    html = render_guide("[x]({email}) [y]({devices})", {"email": "javascript:alert(1)"}, {"devices": "/devices/"})
    assert "javascript" not in html
    assert 'href="/devices/"' in html


def test_texts_of_staff_are_never_overwritten():
    product = ProductFactory()
    write_default_guides(product=product)
    SetupGuide.objects.filter(platform="mac", language="en").update(body="Ours")
    assert write_default_guides(product=product) == []
    assert SetupGuide.objects.get(product=product, platform="mac", language="en").body == "Ours"
