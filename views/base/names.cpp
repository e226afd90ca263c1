// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/names.h"

#include "views/base/numbers.h"

#include <QCoreApplication>
#include <QStringList>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kListed = 2;

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Views)
};

} // namespace

QString agentText(const Dictionaries& names, AgentId agent)
{
    const std::string name = names.agentName(names.resolved(agent));
    return name.empty() ? Tr::tr("unknown") : QString::fromStdString(name);
}

QString audienceText(const Dictionaries& names, AudienceId audience)
{
    const std::vector<AgentId> receivers = names.receivers(audience);
    if (receivers.size() > kListed)
        return Tr::tr("%1 agents").arg(numberText(static_cast<std::int64_t>(receivers.size())));
    QStringList texts;
    for (const AgentId receiver : receivers)
        texts << agentText(names, receiver);
    return texts.join(u", "_s);
}

QString seqText(const Dictionaries& names, const MessageRow& row)
{
    const std::string label = names.recordingLabel(row.recording);
    return label.empty() ? numberText(row.seq)
                         : u"%1:%2"_s.arg(QString::fromStdString(label)).arg(row.shownSeq());
}

} // namespace murmur
