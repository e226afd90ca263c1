# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells the hub what LangChain and LangGraph run, as events of astream_events."""

import collections
import contextvars
import datetime
import threading

from .sender import sender

HIDDEN = "langsmith:hidden"  # what LangGraph marks as plumbing of its own
MOST_RUNS = 20000  # that are open at the same time

_Run = collections.namedtuple("_Run", "name kind parents tags metadata is_hidden")
_runs = collections.OrderedDict()
_told = collections.OrderedDict()  # ids of interrupts: they pass through every graph around them
_lock = threading.Lock()
_handler = None


def name_of_run(run_id):
    run = _runs.get(str(run_id)) if run_id is not None else None
    return run.name if run else None


def _send(run, run_id, event, data):
    to = sender()
    if to is None or run.is_hidden:
        return
    to.send(
        {
            "topic": "langgraph.runs",
            "event": event,
            "name": run.name,
            "run_id": str(run_id),
            "parent_ids": run.parents,
            "tags": run.tags,
            "metadata": run.metadata,
            "data": data,
            "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        }
    )


def _begin(kind, serialized, data, run_id, parent_run_id=None, tags=None, metadata=None, name=None, **_):
    serialized = serialized or {}
    name = name or serialized.get("name") or (serialized.get("id") or [kind])[-1]
    tags = list(tags or [])
    with _lock:
        above = _runs.get(str(parent_run_id)) if parent_run_id else None
        if above is None:
            parents = [str(parent_run_id)] if parent_run_id else []
        else:
            parents = above.parents if above.is_hidden else above.parents + [str(parent_run_id)]
        run = _Run(str(name), kind, parents, tags, dict(metadata or {}), HIDDEN in tags)
        if len(_runs) >= MOST_RUNS:
            _runs.popitem(last=False)
        _runs[str(run_id)] = run
    _send(run, run_id, "on_%s_start" % kind, data)


def _end(run_id, what, data, kind):
    with _lock:
        run = _runs.pop(str(run_id), None)
    run = run or _Run(kind, kind, [], [], {}, False)
    _send(run, run_id, "on_%s_%s" % (run.kind, what), data)


def _interrupts_of(error):
    """Those in an error that is none; an empty list when it only goes up; None for a true error."""
    names = [base.__name__ for base in type(error).__mro__]
    if "GraphBubbleUp" not in names and "GraphInterrupt" not in names:
        return None
    first = error.args[0] if error.args else ()
    return list(first) if isinstance(first, (list, tuple)) else []


def _fail(run_id, error, kind):
    interrupts = _interrupts_of(error)
    if interrupts is None:
        _end(run_id, "error", {"error": error}, kind)
        return
    run = _runs.get(str(run_id))
    _end(run_id, "end", {"output": {"interrupts": interrupts}}, kind)
    from . import langgraph

    for interrupt in interrupts:
        name = getattr(interrupt, "id", None) or getattr(interrupt, "interrupt_id", None) or id(interrupt)
        with _lock:
            if name in _told:
                continue
            _told[name] = True
            if len(_told) > MOST_RUNS:
                _told.popitem(last=False)
        langgraph.asked(interrupt, run.metadata if run else {})


def _guarded(method):
    def ours(self, *rest, **named):
        try:
            method(self, *rest, **named)
        except Exception:
            pass

    ours.__name__ = method.__name__
    return ours


def _handler_class():
    from langchain_core.callbacks.base import BaseCallbackHandler

    class MurmurscopeHandler(BaseCallbackHandler):
        """A handler of callbacks. None of its methods waits or raises."""

        raise_error = False
        run_inline = True  # in order, and not in a thread each

        def __copy__(self):
            return self

        def __deepcopy__(self, memo):
            return self

        @_guarded
        def on_chain_start(self, serialized, inputs, *, run_id, **named):
            _begin("chain", serialized, {"input": inputs}, run_id, **named)

        @_guarded
        def on_chain_end(self, outputs, *, run_id, **_):
            _end(run_id, "end", {"output": outputs}, "chain")

        @_guarded
        def on_chain_error(self, error, *, run_id, **_):
            _fail(run_id, error, "chain")

        @_guarded
        def on_chat_model_start(self, serialized, messages, *, run_id, **named):
            data = {"input": {"messages": messages}, "parameters": named.pop("invocation_params", None)}
            _begin("chat_model", serialized, data, run_id, **named)

        @_guarded
        def on_llm_start(self, serialized, prompts, *, run_id, **named):
            data = {"input": {"prompts": prompts}, "parameters": named.pop("invocation_params", None)}
            _begin("llm", serialized, data, run_id, **named)

        @_guarded
        def on_llm_new_token(self, token, *, run_id, chunk=None, **_):
            run = _runs.get(str(run_id))
            if run is not None:
                _send(run, run_id, "on_%s_stream" % run.kind, {"chunk": getattr(chunk, "message", None) or token})

        @_guarded
        def on_llm_end(self, response, *, run_id, **_):
            output = response
            try:
                output = response.generations[0][0].message
            except Exception:
                pass
            _end(run_id, "end", {"output": output}, "llm")

        @_guarded
        def on_llm_error(self, error, *, run_id, **_):
            _fail(run_id, error, "llm")

        @_guarded
        def on_tool_start(self, serialized, input_str, *, run_id, inputs=None, **named):
            _begin("tool", serialized, {"input": inputs if inputs is not None else input_str}, run_id, **named)

        @_guarded
        def on_tool_end(self, output, *, run_id, **_):
            _end(run_id, "end", {"output": output}, "tool")

        @_guarded
        def on_tool_error(self, error, *, run_id, **_):
            _fail(run_id, error, "tool")

        @_guarded
        def on_retriever_start(self, serialized, query, *, run_id, **named):
            _begin("retriever", serialized, {"input": {"query": query}}, run_id, **named)

        @_guarded
        def on_retriever_end(self, documents, *, run_id, **_):
            _end(run_id, "end", {"output": {"documents": documents}}, "retriever")

        @_guarded
        def on_retriever_error(self, error, *, run_id, **_):
            _fail(run_id, error, "retriever")

        @_guarded
        def on_custom_event(self, name, data, *, run_id, tags=None, metadata=None, **_):
            run = _runs.get(str(run_id))
            parents = run.parents if run else []
            facts = dict(run.metadata if run else {}, **(metadata or {}))
            _send(_Run(name, "custom", parents, list(tags or []), facts, False), run_id, "on_custom_event", data)

    return MurmurscopeHandler


def handler():
    """The one of this process."""
    global _handler
    if _handler is None:
        _handler = _handler_class()()
    return _handler


def begin(module):
    """`module` is langchain_core.tracers.context, just imported: whoever configures callbacks asks it who listens."""
    module.register_configure_hook(contextvars.ContextVar("murmurscope", default=handler()), True)
