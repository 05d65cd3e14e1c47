"""Codes of documents: read off paper, typed, and never taken for another."""

from itertools import combinations

import pytest

from workplans import codes

CODE = codes.new()


def test_a_code_is_sound_and_drawn_by_lot():
    drawn = {codes.new() for _time in range(200)}
    assert len(drawn) == 200
    assert all(codes.is_sound(code) for code in drawn)
    # The first eleven signs take every value sooner or later; nothing counts upwards.
    assert {sign for code in drawn for sign in code} == set(codes.ALPHABET)


@pytest.mark.parametrize("place", range(codes.LENGTH))
def test_one_wrong_sign_is_noticed(place):
    for sign in set(codes.ALPHABET) - {CODE[place]}:
        assert not codes.is_sound(CODE[:place] + sign + CODE[place + 1 :])


def test_two_signs_that_changed_places_are_noticed():
    for one, other in combinations(range(codes.LENGTH), 2):
        if CODE[one] != CODE[other]:
            signs = list(CODE)
            signs[one], signs[other] = signs[other], signs[one]
            assert not codes.is_sound("".join(signs))


@pytest.mark.parametrize("sign", "01ILO")
def test_no_sign_looks_like_another(sign):
    assert sign not in codes.ALPHABET
    assert not codes.is_sound(sign + CODE[1:])


def test_it_is_read_however_it_is_typed():
    printed = codes.grouped(CODE)
    assert len(printed) == 14 and printed.count("-") == 2
    for typed in (
        printed.lower(),
        f" {CODE[:4]} {CODE[4:8]} {CODE[8:]} ",
        printed.replace("-", "–"),
    ):
        assert codes.read(typed) == CODE
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in CODE)
    assert codes.read(full_width) == CODE


def test_the_address_is_the_portals_own(settings):
    settings.PORTAL_URL = "https://portal.example.org"
    assert codes.address("K7QM3XHB9TAD") == "https://portal.example.org/verify/K7QM-3XHB-9TAD/"
