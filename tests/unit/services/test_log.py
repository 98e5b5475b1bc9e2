"""Parts of a log, however long it is and wherever its lines end."""

from __future__ import annotations

import io

import pytest

from xtalflow.services import log_after, log_before
from xtalflow.services._log import LINES, MOST_BYTES


def log_of(lines: int) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(lines))


def test_a_short_log_is_given_whole() -> None:
    """With its places."""
    part = log_before(io.BytesIO(b"one\ntwo\n"), 8)

    assert (part.text, part.start, part.end, part.size, part.is_end) == ("one\ntwo\n", 0, 8, 8, True)


@pytest.mark.parametrize("lines", [LINES - 1, LINES, LINES + 1, 3 * LINES])
def test_the_end_of_a_log_is_its_last_lines(lines: int) -> None:
    """500 of them, or all if there are fewer."""
    data = log_of(lines)
    part = log_before(io.BytesIO(data), len(data))

    assert part.text.count("\n") == min(lines, LINES)
    assert part.text.endswith(f"line {lines - 1}\n")
    assert data[part.start :].decode() == part.text


def test_parts_before_each_other_make_the_whole() -> None:
    """Going back from the end to the beginning leaves nothing out, and nothing comes twice."""
    data = log_of(5 * LINES + 17) + b"no end of line"
    parts, end = [], None
    while end != 0:
        part = log_before(io.BytesIO(data), len(data), end)
        parts.append(part.text)
        end = part.start

    assert "".join(reversed(parts)).encode() == data


def test_parts_after_each_other_make_the_whole() -> None:
    """As does going on from the beginning."""
    data = log_of(5 * LINES + 17) + b"no end of line"
    parts, start = [], 0
    while start < len(data):
        part = log_after(io.BytesIO(data), len(data), start)
        assert part.end > start
        parts.append(part.text)
        start = part.end

    assert "".join(parts).encode() == data


def test_one_endless_line_is_given_in_pieces() -> None:
    """No more than so many bytes are read at a time, though there is no end of line among them."""
    data = b"x" * (3 * MOST_BYTES)
    part = log_before(io.BytesIO(data), len(data))
    first = log_after(io.BytesIO(data), len(data), 0)

    assert len(part.text) == MOST_BYTES
    assert part.start == 2 * MOST_BYTES
    assert first.end == MOST_BYTES


def test_half_a_character_waits_for_its_other_half() -> None:
    """The place after a part is before what could not be read yet."""
    data = "abcé".encode()
    half = log_after(io.BytesIO(data[:-1]), 4, 0)
    rest = log_after(io.BytesIO(data), 5, half.end)

    assert half.text == "abc"
    assert rest.text == "é"


def test_what_no_page_shows_is_left_out() -> None:
    """Colours of a terminal and control characters go, returns of the carriage become ends of lines."""
    part = log_before(io.BytesIO(b"\x1b[31mred\x1b[0m\x00\r\nnext\rover\xff"), 27)

    assert part.text == "red\nnext\nover\ufffd"
