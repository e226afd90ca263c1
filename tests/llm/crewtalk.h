// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/recorded.h"

namespace murmur::tests {

/// JSON with ' for ": moc loses its way in raw strings with quotes.
inline QByteArray quoted(QByteArray text)
{
    return text.replace('\'', '"');
}

inline QByteArray envelope(const char* from, const char* to, const char* kind, const char* call,
                           const QByteArray& payload)
{
    return quoted(QByteArray("{'from':'") + from + "','to':'" + to + "','kind':'" + kind +
                  "','conversation_id':'k1','correlation_id':'" + call + "','payload':" + payload +
                  "}");
}

/// Two calls of a conversation, the second with a longer prompt and a stream, and one in between
/// that has nothing to do with models.
inline std::vector<Said> crewTalk()
{
    using std::chrono::milliseconds;
    const QByteArray system = "{'role':'system','content':'Be brief.'}";
    const QByteArray hi = "{'role':'user','content':'Where is order 8812?'}";
    return {
        said(milliseconds(0), "llm",
             envelope("writer", "gpt", "request", "c1",
                      "{'model':'gpt-4o','messages':[" + system + "," + hi + "]}")),
        said(milliseconds(800), "llm",
             envelope(
                 "gpt", "writer", "reply", "c1",
                 "{'object':'chat.completion','model':'gpt-4o-2024-08-06','choices':[{'message':"
                 "{'role':'assistant','content':null,'tool_calls':[{'id':'t1','function':{'name'"
                 ":'lookup','arguments':'{}'}}]},'finish_reason':'tool_calls'}],'usage':"
                 "{'prompt_tokens':5000,'completion_tokens':20,'prompt_tokens_details':"
                 "{'cached_tokens':4000}}}")),
        said(milliseconds(900), "tools",
             envelope("writer", "lookup", "event", "c9", "{'order':8812}")),
        said(milliseconds(1000), "llm",
             envelope("writer", "gpt", "request", "c2",
                      "{'model':'gpt-4o','messages':[" + system + "," + hi +
                          ",{'role':'tool','tool_call_id':'t1','content':'in Berlin'}]}")),
        said(milliseconds(1100), "llm",
             envelope("gpt", "writer", "chunk", "c2",
                      "{'object':'chat.completion.chunk','model':'gpt-4o','choices':[{'delta':"
                      "{'content':'It is in '}}]}")),
        said(milliseconds(1200), "llm",
             envelope("gpt", "writer", "chunk", "c2",
                      "{'object':'chat.completion.chunk','model':'gpt-4o','choices':[{'delta':"
                      "{'content':'Berlin.'},'finish_reason':'stop'}]}")),
        said(milliseconds(1300), "llm",
             envelope("gpt", "writer", "chunk", "c2",
                      "{'object':'chat.completion.chunk','model':'gpt-4o','choices':[],'usage':"
                      "{'prompt_tokens':100,'completion_tokens':5}}")),
        said(milliseconds(2000), "hall",
             quoted("{'from':'robot-1','kind':'state','payload':{'model':'forklift-7'}}")),
    };
}

} // namespace murmur::tests
