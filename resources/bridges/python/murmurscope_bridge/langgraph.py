# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of LangGraph's graphs: checkpoints where there is a checkpointer, else values; what each node wrote; and
whom a graph asks and who answered. It joins in on the stream that every graph has."""

import collections
import datetime
import functools
import itertools
import threading
import time

from .sender import sender

INTERRUPT = "__interrupt__"
MOST_THREADS = 1000

_lock = threading.Lock()
_asking = {}  # thread → ids of interrupts that nobody answered
_checkpoints = collections.OrderedDict()  # ids that were told lately
_sequence = itertools.count(1)


class _Stream:
    """The stream of a graph, and ours beside it."""

    def __init__(self, stream, modes, tell):
        self._stream = stream
        self._ours = frozenset(modes)
        self._tell = tell
        self.modes = set(stream.modes) | set(modes)

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __call__(self, value):
        if value[1] in self._stream.modes:
            self._stream(value)
        if value[1] in self._ours:
            try:
                self._tell(value)
            except Exception:
                pass


def _name_of(loop):
    from . import langchain

    run = getattr(getattr(loop, "manager", None), "run_id", None)
    return langchain.name_of_run(run) or "LangGraph"


def _join(loop):
    stream = loop.stream
    configurable = (loop.config or {}).get("configurable", {})
    # From the graph above comes what it has; ours is in there already.
    if stream is None or isinstance(stream, _Stream) or isinstance(configurable.get("__pregel_stream"), _Stream):
        return
    modes = ("updates", "checkpoints" if getattr(loop, "checkpointer", None) else "values")
    facts = {"graph_name": _name_of(loop), "thread_id": configurable.get("thread_id")}
    loop.stream = _Stream(stream, modes, lambda value: _tell_state(value, facts))


def _tell_state(value, facts):
    namespace, mode, payload = value
    if mode == "updates" and isinstance(payload, dict) and INTERRUPT in payload:
        if not payload[INTERRUPT]:  # a breakpoint; those with a value come as errors of their nodes
            asked(None, dict(facts, checkpoint_ns="|".join(namespace)))
        return
    if mode == "checkpoints" and not _is_new(payload):
        return
    to = sender()
    if to is not None:
        to.send(
            dict(
                topic="langgraph.state",
                type=mode,
                ns=list(namespace),
                data=payload,
                timestamp=datetime.datetime.now(datetime.timezone.utc).isoformat(),
                **facts
            )
        )


def _is_new(checkpoint):
    """A graph that goes on tells its last checkpoint once more."""
    try:
        name = checkpoint["config"]["configurable"]["checkpoint_id"]
    except Exception:
        return True
    with _lock:
        if name in _checkpoints:
            return False
        _checkpoints[name] = True
        if len(_checkpoints) > MOST_THREADS:
            _checkpoints.popitem(last=False)
    return True


def asked(interrupt, facts):
    """A graph waits for a person."""
    name = getattr(interrupt, "id", None) or getattr(interrupt, "interrupt_id", None)
    thread = facts.get("thread_id")
    if name is not None and thread is not None:
        with _lock:
            if len(_asking) >= MOST_THREADS:
                _asking.pop(next(iter(_asking)))
            _asking.setdefault(thread, []).append(name)
    _event("input.requested", facts, {"interrupt_id": name, "value": getattr(interrupt, "value", None)})


def _answered(command, thread):
    """A graph goes on with what somebody answered."""
    response = getattr(command, "resume", None)
    if response is None or thread is None:
        return
    with _lock:
        names = _asking.pop(thread, [])
    for name in names:
        _event("input.respond", {"thread_id": thread}, {"interrupt_id": name, "response": response})


def _event(method, facts, data):
    namespace = facts.get("langgraph_checkpoint_ns") or facts.get("checkpoint_ns") or ""
    to = sender()
    if to is not None:
        to.send(
            {
                "topic": "langgraph.input",
                "type": "event",
                "seq": next(_sequence),
                "method": method,
                "thread_id": facts.get("thread_id"),
                "params": {
                    "namespace": namespace.split("|") if namespace else [],
                    "timestamp": int(time.time() * 1000),
                    "data": data,
                },
            }
        )


def begin(module):
    """`module` is that of PregelLoop, just imported."""
    original = module.PregelLoop.__init__
    if getattr(original, "is_murmurscope", False):
        return

    @functools.wraps(original)
    def ours(self, *rest, **named):
        original(self, *rest, **named)
        try:
            _join(self)
            thread = (self.config or {}).get("configurable", {}).get("thread_id")
            _answered(rest[0] if rest else named.get("input"), thread)
        except Exception:
            pass

    ours.is_murmurscope = True
    module.PregelLoop.__init__ = ours
