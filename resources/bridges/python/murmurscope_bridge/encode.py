# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any value as JSON of a bounded size, in bounded time, whatever it is: circular, deep, huge, or with properties that
raise. Objects are looked into, never asked to describe themselves: that could take for ever, or do something."""

import dataclasses
import datetime
import decimal
import enum
import json
import math
import pathlib
import uuid

MOST_DEPTH = 16
MOST_ITEMS = 500  # of a list or an object
MOST_TEXT = 64 * 1024  # characters of one text
MOST_TOTAL = 512 * 1024  # characters of one message, about

_MESSAGE_KEYS = (
    "id", "name", "tool_calls", "tool_call_id", "status", "usage_metadata", "response_metadata",
)


class _Budget:
    def __init__(self):
        self.left = MOST_TOTAL
        self.above = set()


def _text(text, budget, most=MOST_TEXT):
    allowed = max(0, min(most, budget.left))
    budget.left -= min(len(text), allowed) + 4
    if len(text) <= allowed:
        return text
    return "%s… (%d more characters)" % (text[:allowed], len(text) - allowed)


def _is_message(value):
    """A message of LangChain."""
    return isinstance(getattr(value, "type", None), str) and hasattr(value, "content") and (
        hasattr(value, "response_metadata") or hasattr(value, "additional_kwargs")
    )


def _message(value):
    result = {"type": value.type, "content": value.content}
    for key in _MESSAGE_KEYS:
        part = getattr(value, key, None)
        if part:
            result[key] = part
    return result


def _fields(value):
    """What an object of data holds; None when it is not one."""
    kind = type(value)
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    elif hasattr(kind, "model_fields") or hasattr(kind, "__pydantic_fields__") or hasattr(kind, "__fields__"):
        return {name: part for name, part in vars(value).items() if not name.startswith("_")}
    elif isinstance(getattr(kind, "__slots__", None), (tuple, list)) and not hasattr(value, "__dict__"):
        names = [name for name in kind.__slots__ if not name.startswith("_")]
    else:
        return None
    return {name: getattr(value, name, None) for name in names}


def _plain(value, budget, depth):
    kind = type(value)
    if kind is str and len(value) <= MOST_TEXT and len(value) < budget.left:
        budget.left -= len(value) + 4
        return value
    if value is None or kind is bool:
        return value
    if kind is dict or kind is list:
        return _guarded(value, budget, depth)
    if isinstance(value, enum.Enum):
        return _plain(value.value, budget, depth + 1)
    if isinstance(value, str):
        return _text(str(value), budget)
    if isinstance(value, (int, float)):
        budget.left -= 8
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else str(float(value))
        return int(value) if value.bit_length() < 64 else _text(hex(value), budget)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "… (%d bytes)" % len(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (uuid.UUID, decimal.Decimal, pathlib.PurePath)):
        return str(value)
    return _guarded(value, budget, depth)


def _guarded(value, budget, depth):
    """What is inside, unless it is too deep or around itself."""
    if depth > MOST_DEPTH:
        return "…"
    if id(value) in budget.above:
        return "… (itself)"
    budget.above.add(id(value))
    try:
        return _inside(value, budget, depth)
    except Exception as error:
        return "… (%s)" % type(error).__name__
    finally:
        budget.above.discard(id(value))


def _inside(value, budget, depth):
    if type(value) is dict:
        return _object(value, budget, depth)
    if type(value) is list:
        return _list(value, budget, depth)
    if isinstance(value, BaseException):
        return {"name": type(value).__name__, "message": _text(str(value), budget)}
    if isinstance(value, dict):
        return _object(value, budget, depth)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _list(value, budget, depth)
    if _is_message(value):
        return _object(_message(value), budget, depth)
    fields = _fields(value)
    if fields is not None:
        return _object(fields, budget, depth)
    return "… (%s)" % type(value).__name__


def _object(items, budget, depth):
    result = {}
    for count, (key, part) in enumerate(items.items()):
        if count >= MOST_ITEMS or budget.left <= 0:
            result["…"] = "more"
            break
        name = key if isinstance(key, str) else str(key) if isinstance(key, (int, float, bool)) else type(key).__name__
        if name.startswith("__pregel_"):  # LangGraph's own
            continue
        budget.left -= len(name) + 4
        result[name[:1024]] = _plain(part, budget, depth + 1)
    return result


def _list(items, budget, depth):
    result = []
    for count, part in enumerate(items):
        if count >= MOST_ITEMS or budget.left <= 0:
            result.append("… (%d more)" % (len(items) - count))
            break
        result.append(_plain(part, budget, depth + 1))
        budget.left -= 1
    return result


def encode(value):
    """The JSON text of `value`; None when it cannot be had."""
    try:
        text = json.dumps(_plain(value, _Budget(), 0), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")
    except Exception:
        return None
