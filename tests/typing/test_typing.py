"""The promises to task authors hold under mypy --strict."""

import sys
from pathlib import Path
from subprocess import run

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
def test_a_type_checker_sees_what_task_authors_are_promised(tmp_path):
    """Every `assert_type` holds, and every wrong use is refused (an unused ignore is an error)."""
    settings = tmp_path / "mypy.ini"
    settings.write_text(
        "[mypy]\nstrict = true\nwarn_unused_ignores = true\nfollow_imports = silent\nignore_missing_imports = true\n"
    )
    checks = [str(path) for path in sorted(HERE.glob("check_*.py"))]
    command = [sys.executable, "-m", "mypy", "--config-file", str(settings), "--cache-dir", str(tmp_path), *checks]

    checked = run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
