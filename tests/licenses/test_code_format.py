"""How a code is spelled: the server and the browser answer alike on the same vectors."""

import json
from pathlib import Path

import pytest
from stdnum.iso7064 import mod_37_36

from licenses import code_keys, spelling

VECTORS = json.loads((Path(__file__).parent / "code_vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{number} {row['note']}" for number, row in enumerate(VECTORS)])
def test_server_answers_as_the_vectors_say(vector):
    spelled = spelling.normalize(vector["input"])
    assert spelled == vector["normalized"]
    assert spelling.display(spelled) == vector["display"]
    assert spelling.bad_symbols(spelled) == vector["bad_symbols"]
    assert spelling.wrong_groups(spelled) == vector["wrong_groups"]
    assert [spelling.display(code) for code in spelling.candidates(vector["input"])] == vector["found"]


def test_new_code_is_25_symbols_with_a_check_in_each_group():
    code = spelling.new_code()
    assert len(code) == 25
    assert spelling.bad_symbols(code) == []
    for index in range(5):
        group = code[index * 5 : index * 5 + 5]
        assert mod_37_36.is_valid(f"{index + 1}{group}", alphabet=spelling.ALPHABET)


def test_every_single_typing_mistake_is_caught_in_its_group():
    code = spelling.new_code()
    for place, right in enumerate(code):
        for wrong in spelling.ALPHABET.replace(right, ""):
            assert spelling.wrong_groups(code[:place] + wrong + code[place + 1 :]) == [place // 5 + 1]


def test_swapped_groups_are_caught():
    groups = spelling.display(spelling.new_code()).split("-")
    groups[1], groups[3] = groups[3], groups[1]
    assert spelling.wrong_groups("".join(groups)) == [2, 4]


OTHERS = ["4F2A-9C31-7D08", "4F2A9-C317D-08", "12345678", "#1004 5567", "D-58F1-20C7"]
WITH_PREFIX = ["A-1001", "a1001", "C-000123", "C0001-23", "WEB-2026-11873", "ORD_1001", "0RD10-01", "0RDER-1001"]


@pytest.mark.parametrize("text", OTHERS + WITH_PREFIX)
def test_other_numbers_are_recognized(text):
    assert spelling.looks_like_another_number(text)


@pytest.mark.parametrize(
    "text", ["", "A", "7KQ2M", "A12", "01010-12345-12345-12345", "ABCDE-FGHJK-01234-56789", "Ä-1001"]
)
def test_codes_and_pieces_of_them_are_not_taken_for_other_numbers(text):
    assert not spelling.looks_like_another_number(text)


def test_digest_needs_the_key(settings):
    code = spelling.new_code()
    first = code_keys.digest(code)
    settings.CODE_DIGEST_KEYS = ["another-key-" + "x" * 40]
    assert code_keys.digest(code) != first


def test_sealed_code_opens_with_an_old_key_and_not_without(settings):
    old, new = settings.CODE_SEAL_KEYS[0], "new-seal-key-" + "n" * 40
    sealed = code_keys.seal("ABCDE")
    settings.CODE_SEAL_KEYS = [new, old]
    assert code_keys.unseal(sealed) == "ABCDE"
    settings.CODE_SEAL_KEYS = [new]
    assert code_keys.unseal(sealed) is None
