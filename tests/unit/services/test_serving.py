"""What a server knows of those who come in."""

from __future__ import annotations

from xtalflow.services import SignInLimit


def test_tries_that_begin_at_once_are_counted_before_they_end() -> None:
    """Of many passwords that are tried side by side no more are looked at than one after the other."""
    limit = SignInLimit(tries=5, seconds=60.0)
    waits = [limit.begin_try("name ada", f"address {place}") for place in range(8)]

    assert waits[:5] == [0.0] * 5
    assert all(0.0 < wait <= 60.0 for wait in waits[5:])


def test_a_try_that_went_well_is_not_counted() -> None:
    limit = SignInLimit(tries=2, seconds=60.0)
    for _ in range(5):
        assert limit.begin_try("name ada", "address here") == 0.0
        limit.went_well("name ada", "address here")

    assert limit.begin_try("name ada", "address here") == 0.0


def test_who_has_an_account_cannot_clear_what_was_tried_from_an_address() -> None:
    limit = SignInLimit(tries=2, seconds=60.0)
    limit.begin_try("name bob", "address here")
    limit.begin_try("name ada", "address here")
    limit.went_well("name ada", "address here")
    limit.begin_try("name bob", "address here")

    assert limit.begin_try("name eve", "address here") > 0.0


def test_what_is_refused_makes_nobody_wait_longer() -> None:
    limit = SignInLimit(tries=1, seconds=60.0)
    limit.begin_try("name ada")
    first, second = limit.begin_try("name ada"), limit.begin_try("name ada")

    assert second <= first
