# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells the hub of Murmurscope what agents do, and is never in their way: nothing here waits, and nothing that goes
wrong here leaves. Only the standard library is used.

By hand, where MURMURSCOPE_HUB names the hub:

    from murmurscope_bridge.langchain import handler
    graph.invoke(state, {"callbacks": [handler()]})

    from murmurscope_bridge.crewai import listen
    listen()
"""
