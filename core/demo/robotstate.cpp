// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/robotstate.h"

#include <algorithm>

namespace murmur {

void tellRobotState(DemoAgent& robot, std::uint64_t dice, std::int64_t now, Talk& talk)
{
    robot.heading += static_cast<int>(dice % 401) - 200;
    if (robot.heading > 3141)
        robot.heading -= 6282;
    if (robot.heading < -3141)
        robot.heading += 6282;
    robot.x = std::clamp(robot.x + static_cast<int>((dice >> 10) % 161) - 80, 0, 12'000);
    robot.y = std::clamp(robot.y + static_cast<int>((dice >> 20) % 161) - 80, 0, 8'000);
    if ((dice >> 32) % 64 == 0)
        robot.battery = robot.battery > 120 ? robot.battery - 1 : 1000; // changed at a dock
    talk.begin(robot, now, robot.stateTopic, Kind::State, "robot.state");
    talk.beginPayload();
    talk.thousandths("battery", robot.battery).text("mode", robot.task == 0 ? "idle" : "busy");
    talk.object("pose")
        .thousandths("x", robot.x * 10)
        .thousandths("y", robot.y * 10)
        .thousandths("heading", robot.heading)
        .endObject()
        .number("task", static_cast<std::int64_t>(robot.task))
        .number("epoch", static_cast<std::int64_t>(robot.epoch))
        .text("gripper", robot.epoch % 2 == 0 ? "open" : "closed")
        .number("speed_mm_s", static_cast<std::int64_t>((dice >> 40) % 1400));
    talk.end();
}

} // namespace murmur
