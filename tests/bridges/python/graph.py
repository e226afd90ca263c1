# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program that knows nothing of Murmurscope: what LangChain and LangGraph tell their handlers of a small graph."""

from langchain_core.callbacks.manager import Run
from langgraph.errors import Command, GraphInterrupt, Interrupt
from langgraph.pregel._loop import PregelLoop, StreamProtocol

thread = {"configurable": {"thread_id": "thread-1"}}


def at(node, **more):
    return dict(thread_id="thread-1", langgraph_node=node, langgraph_checkpoint_ns=node + ":t1", **more)


seen = []
graph = Run("chain", "press", {"goal": "a story"}, metadata={"thread_id": "thread-1"})
loop = PregelLoop({}, stream=StreamProtocol(seen.append, {"values"}), config=thread, checkpointer=object(), manager=graph)
planner = Run("chain", "planner", {"goal": "a story"}, graph, metadata=at("planner"))
plumbing = Run("chain", "ChannelWrite", {}, planner, tags=["langsmith:hidden"], metadata=at("planner"))
model = Run("chat_model", "FakeChat", [["plan it"]], plumbing, metadata=at("planner"))
for text in ("one", "two"):
    model.token(text)
model.end("done")
plumbing.end({})
tool = Run("tool", "search", "robots", planner, metadata=at("planner"))
tool.error(ValueError("no such shelf"))
planner.end({"plan": "p"})
loop.emit("updates", {"planner": {"plan": "p"}})
loop.emit("values", {"goal": "a story", "plan": "p"})
loop.emit(
    "checkpoints",
    {
        "config": {"configurable": {"thread_id": "thread-1", "checkpoint_ns": "", "checkpoint_id": "1ef-1"}},
        "metadata": {"source": "loop", "step": 1, "parents": {}},
        "values": {"goal": "a story", "plan": "p"},
        "next": ["reviewer"],
        "parent_config": None,
        "tasks": [],
    },
)
loop.emit("checkpoints", {"config": {"configurable": {"thread_id": "thread-1", "checkpoint_id": "1ef-1"}}, "values": {}})
reviewer = Run("chain", "reviewer", {}, graph, metadata=at("reviewer"))
question = GraphInterrupt([Interrupt({"question": "publish?"}, "i-1")])
reviewer.error(question)
graph.error(question)
again = PregelLoop(Command("yes"), stream=StreamProtocol(seen.append, {"values"}), config=thread)
assert [mode for _, mode, _ in seen] == ["values"], seen  # the program gets what it asked for
print("done")
