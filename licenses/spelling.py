"""How an activation code is spelled: symbols, groups, check symbols, and how it is found in what people type."""

import re
import secrets
import unicodedata

from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: they look like 1, 1, 0, V
GROUP = 5
FULL_LENGTH = 25
LENGTHS = (20, 25)
LONGEST_TEXT = 2000  # people paste half the mail in which the code stands

# What people type when they mean another letter: look-alikes of the Latin, Cyrillic and Greek alphabets.
LOOK_ALIKES = str.maketrans(
    "ILO" + "АВЕКМНОРСТХУЅІЈ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "110" + "ABEKMH0PCTXYS1J" + "ABEZH1KMN0PTYX",
)
IGNORED = re.compile(r"[\s\-_.\u00ad\u200b-\u200f\u2010-\u2015\u2212\u2060\ufeff]")
UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
HYPHENS = re.compile(r"[\-_\u2010-\u2015\u2212]")
BETWEEN_WORDS = re.compile(r"[^\w-]+")
# A support key (4F2A-9C31-7D08), a device id (D-58F1-20C7), the number of an order or a case, which may begin with
# letters (A-1001, C-000123): the field has read I, L and O in it as digits. As short as no code is.
OTHER_NUMBERS = re.compile(r"[0-9A-F]{12}|D[0-9A-F]{8}|[0-9]{5,14}|(?=.{4,19}$)[A-Z01]{1,8}[0-9]{3,14}")


def normalize(text: str) -> str:
    """Spell a typed code as we store it: upper case, no hyphens or spaces, look-alikes read as their twin."""
    bare = IGNORED.sub("", unicodedata.normalize("NFKC", text)).upper()
    return bare.translate(LOOK_ALIKES)


def candidates(text: str) -> list[str]:
    """Return the codes that a text holds, each once, as they are stored: a code typed alone, or pasted with its mail.

    Nothing is guessed: 25 symbols in a row whose five check symbols fit, or else what is written like a code.
    """
    seen = UNSEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    symbols = "".join(filter(str.isalnum, seen)).translate(LOOK_ALIKES)
    windows = (symbols[start : start + FULL_LENGTH] for start in range(len(symbols) - FULL_LENGTH + 1))
    fitting = [window for window in windows if is_whole(window)]
    return list(
        dict.fromkeys(fitting or written_like_a_code(seen, FULL_LENGTH) or written_like_a_code(seen, GROUP * 4))
    )


def is_whole(code: str) -> bool:
    """Tell whether this many symbols of ours have the check symbols of a code; most texts fail at the first."""
    pairs = enumerate(groups_of(code), start=1)
    return not bad_symbols(code) and all(check_symbol(index, group[:-1]) == group[-1] for index, group in pairs)


def written_like_a_code(text: str, length: int) -> list[str]:
    """Return what stands in groups of five with hyphens between them, or as one word, and has a digit in it."""
    found = []
    for word in BETWEEN_WORDS.split(HYPHENS.sub("-", text)):
        groups = word.strip("-").split("-")
        code = "".join(groups).translate(LOOK_ALIKES)
        in_groups = len(groups) == 1 or {len(group) for group in groups} == {GROUP}
        if len(code) == length and in_groups and not bad_symbols(code) and re.search("[0-9]", word):
            found.append(code)
    return found


def read(text: str) -> str:
    """Return the one code that a text holds, as it is stored; the text, spelled so, when it holds none or many."""
    found = candidates(text)
    return found[0] if len(found) == 1 else normalize(text)


def groups_of(code: str) -> list[str]:
    """Cut a normalized code into its groups; the last one may be short."""
    return [code[start : start + GROUP] for start in range(0, len(code), GROUP)]


def display(code: str) -> str:
    """Write a normalized code in groups of five with hyphens."""
    return "-".join(groups_of(code))


def bad_symbols(code: str) -> list[str]:
    """Return the symbols that no code of ours has, each once, in the order typed."""
    return list(dict.fromkeys(symbol for symbol in code if symbol not in ALPHABET))


def check_symbol(index: int, symbols: str) -> str:
    """Return the check symbol of the group with this index, 1 to 5 (ISO 7064, hybrid system over 32 symbols)."""
    return mod_37_36.calc_check_digit(f"{index}{symbols}", alphabet=ALPHABET)


def wrong_groups(code: str) -> list[int]:
    """Return the numbers, from 1, of the complete groups whose check symbol does not fit."""
    return [
        index
        for index, group in enumerate(groups_of(code), start=1)
        if len(group) == GROUP and not bad_symbols(group) and check_symbol(index, group[:-1]) != group[-1]
    ]


def doubtful_groups(code: str) -> list[int]:
    """Return the numbers, from 1, of the groups with a symbol that no code has, or a check symbol that does not fit."""
    strange = [index for index, group in enumerate(groups_of(code), start=1) if bad_symbols(group)]
    return sorted({*strange, *wrong_groups(code)})


def looks_like_another_number(text: str) -> bool:
    """Whether a person typed a support key, a device id, or the number of an order or a case instead of a code.

    Judged by the symbols alone: the field regroups what is typed by five.
    """
    return bool(OTHER_NUMBERS.fullmatch(re.sub(r"[\s\-#._/]", "", text).upper()))


def new_code() -> str:
    """Make a code: five groups of four random symbols and a check symbol, 100 random bits."""
    bits = secrets.randbits(100)
    groups = []
    for index in range(1, 6):
        symbols = "".join(ALPHABET[bits >> shift & 31] for shift in (0, 5, 10, 15))
        groups.append(symbols + check_symbol(index, symbols))
        bits >>= 20
    return "".join(groups)
