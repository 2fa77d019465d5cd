"""What a visitor's system is, by what the browser says; only a first guess, every tab stays a click away."""

from django.http import HttpRequest

from downloads.models import SetupGuide, StoreLink

# Android and iPhone first: their browsers name Linux and Mac OS X as well.
TABS = [
    (("android", "iphone", "ipad", "ipod", "ios", "harmonyos"), SetupGuide.Platform.MOBILE),
    (("windows",), SetupGuide.Platform.WINDOWS),
    (("macintosh", "macos"), SetupGuide.Platform.MAC),
]
# Phones without Google's services name the maker of theirs.
STORES = [
    (("harmonyos", "huawei", "hmscore", "honor"), StoreLink.Store.APP_GALLERY),
    (("iphone", "ipad", "ipod"), StoreLink.Store.APP_STORE),
    (("android",), StoreLink.Store.GOOGLE_PLAY),
]
ASKED = ("Sec-CH-UA-Platform", "User-Agent")


def first_match(table, text: str):
    return next((value for words, value in table if any(word in text for word in words)), None)


def tab_for(request: HttpRequest) -> str:
    """Return the tab of the visitor's system; Windows where it cannot be told."""
    guesses = (first_match(TABS, request.headers.get(name, "").lower()) for name in ASKED)
    return next(filter(None, guesses), SetupGuide.Platform.WINDOWS)


def stores_for(request: HttpRequest) -> list[str]:
    """Return the stores that serve the visitor's phone, the best first; none on a computer."""
    store = first_match(STORES, request.headers.get("User-Agent", "").lower())
    # A Huawei phone may have Google's store too, so that it is the second choice.
    return [store, StoreLink.Store.GOOGLE_PLAY] if store == StoreLink.Store.APP_GALLERY else [store] if store else []
