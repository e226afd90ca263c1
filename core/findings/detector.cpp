// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/detector.h"

#include "findings/backlog.h"
#include "findings/deadlock.h"
#include "findings/doubleownership.h"
#include "findings/duplicatedelivery.h"
#include "findings/earlyack.h"
#include "findings/emptytoolresult.h"
#include "findings/fanoutstorm.h"
#include "findings/hottopic.h"
#include "findings/latencybreach.h"
#include "findings/leaderflapping.h"
#include "findings/lostcontext.h"
#include "findings/lostmessages.h"
#include "findings/missingfinal.h"
#include "findings/noisytenant.h"
#include "findings/orphanwait.h"
#include "findings/outoforder.h"
#include "findings/pingpong.h"
#include "findings/reconnectstorm.h"
#include "findings/repetitionloop.h"
#include "findings/retrystorm.h"
#include "findings/schemadrift.h"
#include "findings/silentagent.h"
#include "findings/slowagent.h"
#include "findings/slowrecovery.h"
#include "findings/stalecommand.h"
#include "findings/statedivergence.h"
#include "findings/timeoutcascade.h"
#include "findings/tokenrunaway.h"
#include "findings/unansweredrequest.h"
#include "findings/untraceablehop.h"
#include "findings/zombiework.h"

#include <QStringList>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

std::span<const DetectorEntry> detectors() noexcept
{
    static const std::array kDetectors{
        lostMessages(),    duplicateDelivery(), outOfOrder(),      unansweredRequest(),
        silentAgent(),     retryStorm(),        reconnectStorm(),  fanOutStorm(),
        hotTopic(),        noisyTenant(),       staleCommand(),    slowAgent(),
        latencyBreach(),   timeoutCascade(),    slowRecovery(),    deadlock(),
        repetitionLoop(),  pingPong(),          orphanWait(),      missingFinal(),
        stateDivergence(), leaderFlapping(),    doubleOwnership(), earlyAck(),
        zombieWork(),      lostContext(),       untraceableHop(),  schemaDrift(),
        backlog(),         tokenRunaway(),      emptyToolResult(),
    };
    return kDetectors;
}

const DetectorEntry* findDetector(std::string_view id) noexcept
{
    const auto all = detectors();
    const auto at = std::ranges::find(
        all, id, [](const DetectorEntry& entry) { return std::string_view(entry.id); });
    return at == all.end() ? nullptr : &*at;
}

Error noSuchDetector(std::string_view id)
{
    QStringList known;
    for (const DetectorEntry& entry : detectors())
        known << QString::fromUtf8(entry.id);
    return {
        ErrorCode::WrongUse,
        u"There is no detector \"%1\"; the known ones are: %2."_s.arg(
            QString::fromUtf8(id.data(), static_cast<qsizetype>(id.size())), known.join(u", "))};
}

} // namespace murmur
