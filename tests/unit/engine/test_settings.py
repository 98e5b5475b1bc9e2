"""Settings: environment over file over default."""

from pathlib import Path

import pytest

from xtalflow.engine import Settings, without_password
from xtalflow.errors import InvalidInput, UnreadableFile


def test_environment_stands_over_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('monomer_library = "/from/file"\nprojects = "/file/projects"\n')

    settings = Settings.load({"XTALFLOW_HOME": str(tmp_path), "CLIBD_MON": "/from/environment"})

    assert settings.monomer_library == Path("/from/environment")
    assert settings.projects == Path("/file/projects")
    assert settings.lost_after_s == 120
    assert settings.sources["monomer_library"] == "environment"
    assert settings.sources["projects"] == "settings.toml"
    assert settings.sources["lost_after_s"] == "default"


@pytest.mark.parametrize("text", ["lost_after_s = -1", "lost_after_s = 'soon'", "colour = 'blue'", "= nonsense"])
def test_a_wrong_file_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(text)

    with pytest.raises((InvalidInput, UnreadableFile), match=r"settings\.toml"):
        Settings.load({"XTALFLOW_HOME": str(tmp_path)})


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    settings = Settings.load({"XTALFLOW_HOME": str(tmp_path), "DATABASE_URL": "postgresql://me:secret@host:5432/x"})

    shown = " ".join(row.value for row in settings.rows())

    assert "secret" not in shown
    assert without_password("postgresql://me:secret@host:5432/x") == "postgresql://me:***@host:5432/x"
