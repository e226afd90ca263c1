# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

import uuid


class Run:
    """A run that tells its handlers: run("chain", "planner", inputs) … run.end(outputs)."""

    def __init__(self, kind, name, inputs, parent=None, tags=None, metadata=None):
        from langchain_core.tracers.context import _configure_hooks

        self.handlers = [hook[0].get() for hook in _configure_hooks if hook[0].get() is not None]
        self.kind = "llm" if kind == "chat_model" else kind
        self.run_id = uuid.uuid4()
        self.parent = parent
        start = {"chain": "on_chain_start", "chat_model": "on_chat_model_start", "tool": "on_tool_start"}[kind]
        self._tell(start, {"name": name, "id": ["fake", name]}, inputs, tags=tags, metadata=metadata or {}, name=name)

    def _tell(self, method, *rest, **named):
        for handler in self.handlers:
            getattr(handler, method)(
                *rest, run_id=self.run_id, parent_run_id=self.parent.run_id if self.parent else None, **named
            )

    def token(self, text):
        self._tell("on_llm_new_token", text, chunk=None)

    def end(self, outputs):
        self._tell("on_%s_end" % self.kind, outputs)

    def error(self, error):
        self._tell("on_%s_error" % self.kind, error)
