"""Lists the tasks of the package ccp4i2 as JSON: run by the Python that has it, so it imports nothing of xtalflow.

Run it as ``python -I _list_there.py``.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
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
    source = _source(kind)
    definition = locate_def_xml(name)
    if definition is None and kind is not None:  # such a task has the parameters of the class that it is built on
        above = (getattr(each, "TASKNAME", None) for each in kind.__mro__[1:])
        definition = next((found for each in above if each and (found := locate_def_xml(each))), None)
    return {
        "title": task.shortTitle or task.title or name,
        "summary": task.description or task.title or "",
        "definition": None if definition is None else str(definition),
        "program": getattr(kind, "TASKCOMMAND", None),
        "calls": sorted(set(_SUB_TASK.findall(source)) - {name}),
        "modules": sorted(each for each in _imported(ast.parse(source)) if not _is_there(each)),
        "purge": [[str(pattern), int(code)] for pattern, code, *_ in getattr(kind, "PURGESEARCHLIST", [])],
        "error": None if kind is not None else get_import_error(name) or "its class is not there",
    }


def _imported(node: ast.AST) -> set[str]:
    """First names of the modules that a text imports, but for those that it can do without."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {node.module.partition(".")[0]} if node.module and not node.level else set()
    optional = node.body if isinstance(node, ast.Try) and node.handlers else []
    return {name for child in ast.iter_child_nodes(node) if child not in optional for name in _imported(child)}


@functools.cache
def _is_there(module: str) -> bool:
    """Whether a module can be imported, by its first name."""
    try:
        return module in sys.builtin_module_names or importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _source(kind: Any) -> str:
    """The text of the module of a class, and of those of the classes that it is built on, but for the core's."""
    texts = []
    for name in dict.fromkeys(each.__module__ for each in ([] if kind is None else kind.__mro__)):
        if name.startswith("ccp4i2.") and ".core." not in name:
            try:
                texts.append(inspect.getsource(sys.modules[name]))
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
