"""Which server of a home runs is told by more than the number of its process."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from xtalflow.cli._running_server import RunningServer, _advice, running_server
from xtalflow.engine import identify


def test_a_server_that_lives_is_found_by_what_it_wrote(tmp_path: Path) -> None:
    server = RunningServer(identify(os.getpid()), "http://127.0.0.1:8042", "key")
    path = server.write(tmp_path)

    assert running_server(tmp_path) == server
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_process_that_has_the_number_of_a_killed_server_is_no_server(tmp_path: Path) -> None:
    here = identify(os.getpid())
    for other in (replace(here, start_time=here.start_time - 1), replace(here, boot_id="another")):
        RunningServer(other, "http://127.0.0.1:8042", "key").write(tmp_path)

        assert running_server(tmp_path) is None


def test_a_file_that_tells_something_else_names_no_server(tmp_path: Path) -> None:
    for text in ("", "[]", '{"pid": 1}', '{"process": {"pid": 1}, "address": "a", "key": "k"}'):
        (tmp_path / "server.json").write_text(text)

        assert running_server(tmp_path) is None


def test_how_to_get_in_is_told_where_the_address_alone_does_not_help() -> None:
    """Nothing on a terminal of this machine; over ssh how the port is reached from where one sits; never the token."""
    address = "http://127.0.0.1:8042"

    assert _advice(address, is_read_here=True, is_far=False) == ""
    assert "`xtalflow open JOB` makes another" in _advice(address, is_read_here=False, is_far=False)
    assert "`ssh -L 8042:127.0.0.1:8042 " in _advice(address, is_read_here=True, is_far=True)
