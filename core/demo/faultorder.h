// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "demo/fault.h"

#include <QByteArray>

#include <string_view>

namespace murmur {

/// A running demo listens to this topic of its hub: what is said there breaks something at once.
inline constexpr std::string_view kFaultTopic = "demo.break";
/// And tells on this one what it made of it.
inline constexpr std::string_view kFaultAnswerTopic = "demo.broken";

/// The message that asks for a fault, for as long as it usually lasts.
QByteArray faultOrder(std::string_view id);
/// Whether it is one, well made or not; what a hub itself says is none.
bool isFaultOrder(const QByteArray& json);
/// Of a message of kFaultTopic with the payload `{"fault":"slow-agent","for":"20s"}`; without `for`
/// it lasts as long as usual. The plan begins at `now` (ns since the start of the swarm). WrongUse
/// says what is wrong with it.
Result<FaultPlan> faultPlanFromOrder(const QByteArray& json, std::int64_t now);
/// What is said then.
QByteArray faultAnswer(const QByteArray& order, const Result<FaultPlan>& plan);

} // namespace murmur
