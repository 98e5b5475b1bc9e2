"""Regular expressions of Python as those of ECMA-262."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from xtalflow.formats._ecma_pattern import ecma_pattern


@pytest.mark.parametrize(
    ("pattern", "translated"),
    [
        (r"^[a-z]+$", r"^[a-z]+$"),
        (r"\A\S+\Z", r"^\S+(?!\n)$"),
        (r"\A\w\d\s\b\.", r"^\w\d\s\b\."),
        (r"a\-b\%\/\ ", r"a-b%\/ "),
        (r"[\w\-.%\]\\]", r"[\w\-.%\]\\]"),
        (r"[]a]", r"[\]a]"),
        (r"[^]a]", r"[^\]a]"),
        (r"[a[]", r"[a\[]"),
        (r"a{2}b{2,}c{,3}d{1,2}?", r"a{2}b{2,}c{0,3}d{1,2}?"),
        (r"a{x}b{}c{,}]", r"a\{x\}b\{\}c{0,}\]"),
        (r"(a|b)\1(?:c)(?=d)(?!e)(?<=f)(?<!g)", r"(a|b)\1(?:c)(?=d)(?!e)(?<=f)(?<!g)"),
        (r"\x41\u0041", r"\x41\u0041"),
        (r"(?i)a", None),
        (r"(?i:a)", None),
        (r"(?P<name>a)", None),
        (r"(?#comment)", None),
        (r"(a)?(?(1)b|c)", None),
        (r"(?>a)", None),
        (r"a*+", None),
        (r"a{2}+", None),
        (r"\U00000041", None),
        (r"\a", None),
        (r"[\1]", None),
        (r"\0", None),
        (r"[[:alpha:]]", None),
        (r"(?:foo){e<=1}", None),
        (r"(?:foo){2i+1d<3}", None),
        (r"(?:foo){e<=1:[{]}", None),
        (r"[a-z--b]", None),
        (r"[a-z&&[aeiou]]", None),
        (r"[a||b]", None),
        (r"[a~~b]", None),
        (r"[a-\d]", None),
        (r"[\w-z]", None),
        (r"[\w-]", r"[\w-]"),
        (r"[-\w]", r"[-\w]"),
        (r"[a\-\d\-b]", r"[a\-\d\-b]"),
        (r"[a-z\d]", r"[a-z\d]"),
        (r"(*FAIL)", None),
        (r"(?<=a*)b", None),
        (r"^*", None),
    ],
)
def test_a_pattern_is_translated_or_left_out(pattern: str, translated: str | None) -> None:
    regex.compile(pattern)

    assert ecma_pattern(pattern) == translated


@given(
    st.lists(
        st.sampled_from(
            [*"ab.*+?|()[]^$-{},", r"\A", r"\Z", r"\S", r"\]", r"\%", r"\-", "(?:", "(?!", "[^", "{2}", "{,1}"]
        ),
        max_size=8,
    ).map("".join),
    st.lists(st.text("ab]%-{} \n", max_size=4), min_size=5, max_size=5),
)
def test_a_translated_pattern_finds_the_same_in_python(pattern: str, texts: list[str]) -> None:
    try:
        known = re.compile(pattern)
    except (re.error, FutureWarning):
        return
    translated = ecma_pattern(pattern)
    if translated is not None:
        for text in texts:
            assert bool(re.search(translated, text)) == bool(known.search(text)), text
