"""The client, without a server."""

from __future__ import annotations

import subprocess
import sys

import pytest

from xtalflow.client import Client, KpiRow, KpiTable
from xtalflow.errors import NotEquipped


def test_the_client_loads_neither_the_database_nor_httpx_before_it_is_used() -> None:
    code = "import sys, xtalflow.client; print([m for m in ('django', 'httpx', 'gemmi', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_without_httpx_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)

    with pytest.raises(NotEquipped, match=r"pip install 'xtalflow\[client\]'"):
        Client("http://localhost", token="x")


def test_a_table_is_shown_as_text() -> None:
    row = KpiRow(
        project="<p>",
        number="1",
        uuid="",
        task="refine",
        title="",
        status="finished",
        created="",
        finished=None,
        duration_s=1.0,
        evaluation="good",
        kpis={"RFree": 0.213456, "spaceGroup": "P 21 & <b>"},
    )
    table = KpiTable(keys=("RFree", "spaceGroup"), rows=(row,))

    assert table._repr_html_() == (
        "<table><caption>Indicators of 1 jobs</caption>"
        "<thead><tr><th>Job</th><th>Task</th><th>Status</th><th>RFree</th><th>spaceGroup</th></tr></thead>"
        "<tbody><tr><td>&lt;p&gt;/1</td><td>refine</td><td>finished</td><td>0.2135</td>"
        "<td>P 21 &amp; &lt;b&gt;</td></tr></tbody></table>"
    )
