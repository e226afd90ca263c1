# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sees when a framework has been imported, and begins to listen to it then. What is never imported costs nothing."""

import importlib
import platform
import sys

from .notes import note

# Module → what of this package listens to it.
TARGETS = {
    "langchain_core.tracers.context": "langchain",
    "langgraph.pregel._loop": "langgraph",
    "langgraph.pregel.loop": "langgraph",
    "crewai.events.event_bus": "crewai",
    "crewai.utilities.events.crewai_event_bus": "crewai",
}
# Libraries that would report by OpenTelemetry and that nothing here listens to.
LIBRARIES = {
    "openai", "anthropic", "agents", "autogen_agentchat", "llama_index", "dspy", "smolagents", "litellm", "pydantic_ai",
    "google.adk", "haystack", "agno", "mistralai",
}


class _Loader:
    """The loader of a module that is listened to once it is there. Everything else is the true loader's."""

    def __init__(self, loader, bridge):
        self._loader = loader
        self._bridge = bridge

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # Who asks the module for its loader gets the true one.
        module.__loader__ = self._loader
        if getattr(module, "__spec__", None) is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        try:
            importlib.import_module("murmurscope_bridge." + self._bridge).begin(module)
            note("instrumented", module.__name__.split(".")[0])
        except Exception as error:
            note("failed", "%s: %s" % (module.__name__, error))


class _Finder:
    def __init__(self):
        self._looking = set()

    def find_spec(self, name, path=None, target=None):
        if (name not in TARGETS and name not in LIBRARIES) or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = self._find_with_others(name, path, target)
        finally:
            self._looking.discard(name)
        if spec is None:
            return None
        if name in LIBRARIES:
            # A module of the program's own may have the same name.
            if "-packages" in str(spec.origin):
                note("found", "python " + name)
        elif spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, TARGETS[name])
        return spec

    def _find_with_others(self, name, path, target):
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None and finder is not self else None
            if spec is not None:
                return spec
        return None


def install():
    """Once in a process."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    note("runtime", "python " + platform.python_version())
    sys.meta_path.insert(0, _Finder())
