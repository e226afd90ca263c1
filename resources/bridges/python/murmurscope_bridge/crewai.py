# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells the hub every event of CrewAI's bus, as it is."""

import functools

from .sender import sender

# Whole crews, agents and tasks hang on events; their names and ids stand beside.
_OBJECTS = {"from_task", "from_agent", "agent", "task", "crew", "flow", "source", "tool_class"}


def _first(event, *places):
    for place in places:
        value = event
        for name in place.split("."):
            value = getattr(value, name, None)
        if isinstance(value, str) or (value is not None and type(value).__name__ == "UUID"):
            return str(value)
    return None


def message_of(event):
    """An event as CrewAI writes it down, less the objects that it carries along."""
    message = {"topic": "crewai"}
    for name, value in vars(event).items():
        if not name.startswith("_") and name not in _OBJECTS:
            message[name] = value
    message.setdefault("type", getattr(event, "type", type(event).__name__))
    for name, places in (
        ("agent_role", ("agent_role", "agent.role", "from_agent.role")),
        ("agent_id", ("agent_id", "agent.id", "from_agent.id")),
        ("task_id", ("task_id", "task.id", "from_task.id")),
        ("crew_name", ("crew_name", "crew.name", "agent.crew.name")),
    ):
        if not message.get(name):
            value = _first(event, *places)
            if value:
                message[name] = value
    return message


def _tell(event):
    try:
        to = sender()
        if to is not None:
            to.send(message_of(event))
    except Exception:
        pass


def _wrap(bus, method):
    original = getattr(bus, method)
    if getattr(original, "is_murmurscope", False):
        return

    @functools.wraps(original)
    def ours(self, source, event, *rest, **named):
        try:
            return original(self, source, event, *rest, **named)
        finally:
            _tell(event)  # only now it has its place in the order

    ours.is_murmurscope = True
    setattr(bus, method, ours)


def begin(module):
    """`module` is that of the bus, just imported."""
    bus = getattr(module, "CrewAIEventsBus", None)
    if bus is None:
        bus = type(module.crewai_event_bus)
    # Every way of emitting goes through the former where there is one.
    _wrap(bus, "_prepare_event" if hasattr(bus, "_prepare_event") else "emit")


def listen():
    """Listens to the bus of this process; for programs that are started without the hook."""
    from crewai.events import event_bus

    begin(event_bus)
