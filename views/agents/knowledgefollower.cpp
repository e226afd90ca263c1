// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/agents/knowledgefollower.h"

#include "views/base/numbers.h"
#include "views/base/sharedview.h"

#include <QStringList>
#include <QtConcurrent>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kRest = 400; // milliseconds that the playhead must rest
constexpr std::size_t kMostLines = 4;

} // namespace

KnowledgeFollower::KnowledgeFollower(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kRest);
    connect(&m_soon, &QTimer::timeout, this, &KnowledgeFollower::look);
}

void KnowledgeFollower::ask(AgentId agent, TimePoint at)
{
    if (agent != m_agent) {
        m_job.cancel();
        m_known.reset();
    }
    const bool isNew = agent != m_agent || at != m_at || !m_known;
    m_agent = agent;
    m_at = at;
    if (index(agent) == 0)
        m_soon.stop();
    else if (isNew)
        m_soon.start();
}

void KnowledgeFollower::look()
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source)
        return;
    KnowledgeRequest request;
    request.agent = m_agent;
    request.at = m_at;
    m_job.start(
        this,
        [&](const std::stop_token& stop) {
            request.stop = stop;
            return QtConcurrent::run([source, request] { return knowledgeJob(*source, request); });
        },
        [this](const Result<Knowledge>& known) {
            if (!known)
                return; // the state tells why it cannot be read
            m_known = *known;
            Q_EMIT changed();
        });
}

QString KnowledgeFollower::text(bool asLinks) const
{
    Session* session = m_shared->session();
    if (!m_known || session == nullptr)
        return {};
    const auto names = session->dictionaries();
    if (m_known->keys.empty())
        return tr("it shares no key with others");
    QStringList lines;
    const auto shared = static_cast<std::int64_t>(m_known->keys.size());
    if (m_known->behind == 0)
        lines << countText(shared, tr("the one key that it shares is up to date"),
                           tr("all of %1 shared keys are up to date"));
    for (const KnownValue& known : m_known->keys) {
        if (!known.isBehind)
            break;
        if (static_cast<std::size_t>(lines.size()) == kMostLines) {
            lines << tr("and %1 more").arg(numberText(m_known->behind - std::ssize(lines)));
            break;
        }
        const QString thing = QString::fromStdString(
            known.conversation.empty() ? names->topicName(known.topic) : known.conversation);
        const QString line = tr("%1 of %2: %3")
                                 .arg(QString::fromStdString(names->stateKeyName(known.key)), thing,
                                      knownText(known, *names));
        lines
            << (asLinks
                    ? u"↓ <a href=\"seq:%1\">%2</a>"_s.arg(known.truthSeq).arg(line.toHtmlEscaped())
                    : u"↓ "_s + line);
    }
    return lines.join(asLinks ? u"<br>"_s : u"\n"_s);
}

} // namespace murmur
