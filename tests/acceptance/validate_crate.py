"""Runs rocrate-validator on a crate, with the Python of an environment that has it, and without a network.

The one page that the validator cannot do without is the context of RO-Crate 1.1, which rocrate 0.13 brings along.
Called as ``python validate_crate.py CRATE``; prints the issues as JSON.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


def answer_from_disk() -> None:
    """Let every request of this process end here."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.response import HTTPResponse

    rocrate = find_spec("rocrate")
    assert rocrate is not None
    assert rocrate.submodule_search_locations
    context = (Path(rocrate.submodule_search_locations[0]) / "data" / "ro-crate.jsonld").read_bytes()
    assert json.loads(context)["@id"] == CONTEXT

    def send(self: HTTPAdapter, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        is_context = request.url == CONTEXT
        raw = HTTPResponse(
            body=io.BytesIO(context if is_context else b""),
            headers={"Content-Type": "application/ld+json"},
            status=200 if is_context else 404,
            preload_content=False,
        )
        return self.build_response(request, raw)

    HTTPAdapter.send = send  # type: ignore[method-assign]


def main() -> None:
    answer_from_disk()
    from rocrate_validator.cli.main import cli

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = ["-y", "validate", "--no-paging", "-p", "provenance-run-crate-0.5", "-l", "required", "--verbose"]
        try:
            cli([*words, "-f", "json", "-o", str(report), sys.argv[1]])
        except SystemExit:
            found = json.loads(report.read_text())
            issues = [issue["message"] for issue in found["issues"]]
            sys.stdout.write(json.dumps({"passed": found["passed"], "issues": issues}))


if __name__ == "__main__":
    main()
