"""Turn a guide's Markdown into HTML that is safe to show."""

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# "commonmark" without raw HTML: a tag that somebody types is shown as text.
MARKDOWN = MarkdownIt("commonmark", {"html": False})
BLOCKS = {"h2", "h3", "h4", "h5", "h6", "p", "hr", "ul", "ol", "li", "pre", "blockquote"}
TAGS = BLOCKS | {"a", "strong", "em", "code", "br"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def render_guide(text: str, values: dict[str, str], places: dict[str, str] | None = None) -> SafeString:
    """Render Markdown; `{name}` in the text becomes the value of that name, as plain text.

    `[words]({name})` becomes a link to the place of that name: addresses of ours, never what a person typed.
    """
    tokens = MARKDOWN.parse(text)
    place_headings(tokens)
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    html = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "http", "mailto"})
    for name, address in (places or {}).items():
        html = html.replace(f'href="%7B{name}%7D"', f'href="{escape(address)}"')
    for name, value in values.items():
        html = html.replace(f"{{{name}}}", escape(value))
    # Safe: only the tags and attributes above are left, and the values that came in after that are escaped.
    return mark_safe(html)  # noqa: S308


def place_headings(tokens: list[Token]) -> None:
    """Move the headings so that the highest is an h2: the page's own h1 stands above them."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    shift = 2 - min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
