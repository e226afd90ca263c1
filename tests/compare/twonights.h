// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/recorded.h"

namespace murmur::tests {

inline Said nightLine(std::chrono::milliseconds after, const QByteArray& topic, QByteArray json)
{
    return {after, topic, json.replace('\'', '"')};
}

/// Twenty tasks, each a call that the vision answers; in the second half, or the bad night, slowly,
/// with errors, and a supervisor speaks that never spoke before, while the clerk is gone.
inline std::vector<Said> night(bool isBad, std::chrono::milliseconds begin = {})
{
    using namespace std::chrono_literals;
    std::vector<Said> said;
    for (int i = 0; i < 40; ++i) {
        const QByteArray id = QByteArray(isBad ? "b" : "a") + QByteArray::number(i);
        const QByteArray task = "task-" + QByteArray::number(i);
        const auto at = begin + std::chrono::milliseconds(500 * i);
        said.push_back(nightLine(at, "vision.detect",
                                 "{'from':'planner','to':'vision','kind':'request','id':'" + id +
                                     "','type':'detect','conversation_id':'" + task + "'}"));
        said.push_back(nightLine(at + (isBad ? 300ms : 20ms), "vision.answers",
                                 "{'from':'vision','to':'planner','kind':'" +
                                     QByteArray(isBad && i % 2 == 0 ? "error" : "reply") +
                                     "','correlation_id':'" + id + "','conversation_id':'" + task +
                                     "'}"));
        said.push_back(nightLine(at + 310ms, isBad ? "escalations" : "ledger",
                                 isBad ? "{'from':'supervisor','to':'planner'}"
                                       : "{'from':'clerk','to':'planner'}"));
        said.push_back(nightLine(at + 320ms, "beats", "{'from':'planner','kind':'heartbeat'}"));
    }
    return said;
}

} // namespace murmur::tests
