# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program that knows nothing of Murmurscope: what CrewAI emits on its bus for a small crew."""

import datetime

from crewai.events import crewai_event_bus


class Role:
    def __init__(self, role):
        self.role = role
        self.id = "agent-" + role


class Event:
    def __init__(self, type, event_id, **more):
        self.type = type
        self.event_id = event_id
        self.timestamp = datetime.datetime.now(datetime.timezone.utc)
        self.__dict__.update(more)


emit = lambda *rest, **more: crewai_event_bus.emit(None, Event(*rest, **more))
writer = Role("Writer")
emit("crew_kickoff_started", "e1", crew_name="press", inputs={"goal": "a story"})
emit("agent_execution_started", "e2", parent_event_id="e1", agent=writer, agent_role="Writer")
emit("llm_call_started", "e3", parent_event_id="e2", model="fake-1", call_id="c1", from_agent=writer, messages=[{"role": "user", "content": "write"}])
emit("llm_stream_chunk", "e4", model="fake-1", call_id="c1", from_agent=writer, chunk="once")
emit("llm_call_completed", "e5", started_event_id="e3", model="fake-1", call_id="c1", from_agent=writer, response="once upon a time")
emit("tool_usage_started", "e6", parent_event_id="e2", tool_name="search", tool_args={"q": "x"}, agent_role="Writer")
emit("tool_usage_error", "e7", started_event_id="e6", tool_name="search", error="no such shelf", agent_role="Writer")
emit("agent_execution_completed", "e8", started_event_id="e2", agent_role="Writer", output="once")
emit("crew_kickoff_completed", "e9", started_event_id="e1", crew_name="press", output="once")
print("done")
