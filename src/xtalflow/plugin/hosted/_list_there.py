"""Lists the tasks of the package ccp4i2 as JSON: run by the Python that has it, so it imports nothing of xtalflow.

    python -I _list_there.py
"""

from __future__ import annotations

import inspect
import json
import logging
import re
import sys
from contextlib import redirect_stdout
from typing import Any

_SUB_TASK = re.compile(r"""makePluginObject\(\s*(?:(?:taskName|pluginName)\s*=\s*)?["'](\w+)["']""")


def described(name: str, task: Any) -> dict[str, Any]:
    """What is known of one task without making it."""
    from ccp4i2.core.tasks import get_import_error, get_plugin_class, locate_def_xml

    kind = get_plugin_class(name)
    definition = locate_def_xml(name)
    if definition is None and kind is not None:  # such a task has the parameters of the class that it is built on
        above = (getattr(each, "TASKNAME", None) for each in kind.__mro__[1:])
        definition = next((found for each in above if each and (found := locate_def_xml(each))), None)
    return {
        "title": task.shortTitle or task.title or name,
        "summary": task.description or task.title or "",
        "definition": None if definition is None else str(definition),
        "program": getattr(kind, "TASKCOMMAND", None),
        "calls": sorted(set(_SUB_TASK.findall(_source(kind))) - {name}),
        "is_free": bool(task.ccp4_free),
        "purge": [[str(pattern), int(code)] for pattern, code, *_ in getattr(kind, "PURGESEARCHLIST", [])],
        "error": None if kind is not None else get_import_error(name) or "its class is not there",
    }


def _source(kind: Any) -> str:
    """The text of the module of a class, and of those of its own that it is built on."""
    texts = []
    for each in [] if kind is None else kind.__mro__:
        module = sys.modules.get(each.__module__)
        if module is not None and module.__name__.startswith("ccp4i2.") and ".core." not in module.__name__:
            try:
                texts.append(inspect.getsource(module))
            except OSError:
                continue
    return "\n".join(texts)


def listed() -> dict[str, Any]:
    """The package and its tasks."""
    import ccp4i2
    from ccp4i2.core.tasks import TASKS

    return {
        "version": str(ccp4i2.__version__),
        "top": str(ccp4i2.I2_TOP),
        "tasks": {name: described(name, task) for name, task in TASKS.items()},
    }


def main() -> None:
    """Print what there is, and nothing of what modules print when they are imported."""
    logging.disable(logging.CRITICAL)
    with redirect_stdout(sys.stderr):
        document = listed()
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
