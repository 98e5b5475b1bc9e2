"""What the description says of an operation that sends a file."""

from __future__ import annotations

from typing import Any

_TEXT = {"schema": {"type": "string"}}
_HEADERS = {"ETag": _TEXT, "Accept-Ranges": _TEXT}
RANGES: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Range",
            "description": "Only these bytes: one range",
            "required": False,
            "schema": {"type": "string", "examples": ["bytes=0-1023", "bytes=-500"]},
        },
        {
            "in": "header",
            "name": "If-Range",
            "description": "The range only of what has this ETag; of anything else, all of it",
            "required": False,
            "schema": {"type": "string"},
        },
    ],
    "responses": {
        206: {
            "description": "The bytes asked for",
            "headers": _HEADERS | {"Content-Range": _TEXT},
            "content": {"*/*": {"schema": {}}},
        },
        304: {"description": "Nothing new", "headers": {"ETag": _TEXT}},
    },
}
