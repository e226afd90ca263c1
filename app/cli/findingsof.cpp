// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "findingsof.h"

#include "work.h"

#include "session/findingslook.h"
#include "session/session.h"
#include "session/source.h"

using namespace Qt::StringLiterals;

namespace murmur::cli {

Result<FindingsReport> findingsOf(Session& session, const DetectorChoice& choice)
{
    const auto source = session.source();
    const bool isUsual = choice.only.empty() && !choice.withQuiet && choice.settings.isUsual();
    auto report = workWith<FindingsReport>(
        [&](const StepProgress& show, const auto& stop) -> Result<FindingsReport> {
            const auto progress = [&](std::int64_t done, std::int64_t all) {
                show(u"looking"_s, done, all);
            };
            auto found = isUsual ? FindingsLook().look(*source, progress, stop)
                                 : findingsPass(*source, {choice, progress, stop});
            if (found)
                settle(*found, judgementsOf(*source, &*found), *source->names);
            return found;
        });
    return report;
}

QString shortId(std::uint64_t id)
{
    constexpr qsizetype kDigits = 6;
    return QString::fromStdString(findingIdText(id)).left(kDigits);
}

QString sureText(const Finding& finding)
{
    return finding.isExact ? u"exact"_s : u"%1 % sure"_s.arg(qRound(finding.confidence * 100));
}

QString utf8(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace murmur::cli
