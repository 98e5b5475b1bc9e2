"""Trees as JSON and back, without loss: values and states."""

from __future__ import annotations

import json

from xtalflow.data import CData
from xtalflow.errors import InvalidInput


def to_json(item: CData) -> str:
    """Values and states of an object and all below it."""
    return json.dumps(item.to_dict(), ensure_ascii=False, allow_nan=False)


def from_json(text: str, item: CData) -> None:
    """Fill an object with what `to_json` gave; `InvalidInput` says what is wrong."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput(f"not JSON: {exc}") from exc
    if not isinstance(data, dict):
        raise InvalidInput("the JSON of a tree is an object")
    item.from_dict(data)
