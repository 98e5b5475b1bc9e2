"""Of which task a parameter file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from xtalflow.errors import NotEquipped
from xtalflow.services import plugin_of_params

PARAMS = """<ccp4:ccp4i2 xmlns:ccp4="http://www.ccp4.ac.uk/ccp4ns"><ccp4i2_header><function>PARAMS</function>
<pluginName>freerflag</pluginName><ccp4iVersion>{program}</ccp4iVersion></ccp4i2_header>
<ccp4i2_body><controlParameters><FRAC>0.1</FRAC></controlParameters></ccp4i2_body></ccp4:ccp4i2>"""


def params(folder: Path, program: str) -> Path:
    path = folder / "input_params.xml"
    path.write_text(PARAMS.format(program=program))
    return path


def test_a_file_of_ccp4i2_means_its_task(tmp_path: Path) -> None:
    """That of this program, which lacks parameters of it, does not stand for it unless it is named."""
    path = params(tmp_path, "3.0.1")

    with pytest.raises(NotEquipped, match=r"freerflag of CCP4i2 is not installed.*ccp4i2_python"):
        plugin_of_params(path)
    plugin, _ = plugin_of_params(path, task="xtalflow.freerflag")
    assert plugin.TASKNAME == "freerflag"


def test_a_file_of_this_program_means_its_own_task(tmp_path: Path) -> None:
    plugin, remarks = plugin_of_params(params(tmp_path, "xtalflow 0.1.0"))

    assert (plugin.TASKNAME, plugin.container.find("controlParameters.FRAC").value, remarks) == ("freerflag", 0.1, [])
