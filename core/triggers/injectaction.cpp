// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "triggers/injectaction.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kLargestPayload = 1024 * 1024;

/// Why nothing can ever be sent to that topic of the bus; empty: something can.
QString topicObstacle(const QByteArray& topic, const QUrl& bus)
{
    GuardWish wish;
    wish.target = bus;
    wish.hasTopics = true;
    Outgoing unpicked;
    unpicked.topic = topic;
    unpicked.isAlone = unpicked.isEdited = true;
    const auto refusal = Guards(std::move(wish)).judge(unpicked);
    // A person who sends one message looks at it; here nobody does.
    if (refusal && refusal->guard == Guard::Toxic)
        return u"Nothing is sent to “%1”: what happens there cannot be taken back, and nobody "
               "looks when a trigger sends."_s.arg(QString::fromUtf8(topic));
    return refusal && refusal->guard == Guard::System ? refusal->sentence : QString();
}

} // namespace

InjectAction::InjectAction(QByteArray topic, QByteArray payload, TriggerRules rules)
    : m_topic(std::move(topic))
    , m_payload(std::move(payload))
    , m_rules(std::move(rules))
    , m_injector(new Injector(m_rules.makePublisher))
{
    m_injector->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_injector, &QObject::deleteLater);
    m_thread.start();
    connect(m_injector, &Injector::ended, this, [this](const InjectionReport& report) {
        m_isSending = false;
        const QString where = shownUrl(m_rules.injectTo);
        if (report.end == InjectionReport::End::Done && report.sent > 0 && report.failed == 0)
            finish(u"sent to %1 on %2"_s.arg(where, QString::fromUtf8(m_topic)), false);
        else
            finish(report.sentence.isEmpty() ? u"%1 did not take the message."_s.arg(where)
                                             : report.sentence,
                   true);
    });
}

InjectAction::~InjectAction()
{
    m_injector->disconnect(this);
    m_injector->stop();
    m_thread.quit();
    m_thread.wait();
}

void InjectAction::follow(const Source& source, bool /*isOver*/)
{
    m_names = source.names;
}

void InjectAction::perform(const TriggerFiring& firing)
{
    if (m_waiting.size() >= kMostWaiting) {
        Q_EMIT told(u"Nothing was sent: %1 wait for their turn already."_s.arg(m_waiting.size()),
                    true);
        return;
    }
    m_waiting.push_back(firing);
    if (m_waiting.size() == 1)
        sendNext();
}

InjectionRun InjectAction::runFor(const TriggerFiring& firing) const
{
    InjectionRun run;
    run.draft.target = m_rules.injectTo;
    if (firing.message && m_names) {
        const InjectionDraft heard = draftOf(*firing.message, *m_names, m_rules.injectTo);
        run.draft.message = heard.message;
        run.draft.hasMessage = true;
    }
    run.draft.topic = m_topic;
    run.draft.payload = m_payload;
    run.counted = std::max<std::int64_t>(0, firing.number - 1);
    run.options = m_rules.injectOptions;
    if (m_rules.arming)
        run.arming = m_rules.arming();
    run.typedHost = m_rules.typedHost;
    run.sources = m_rules.sources;
    // Agents listen on what was heard: that is asked of the names, which only grow.
    if (m_names) {
        for (std::uint32_t id = 1; id < m_names->counts().topics; ++id)
            run.heardTopics.insert(QByteArray::fromStdString(m_names->topicName(TopicId(id))));
    }
    run.environment = environmentOf(m_rules.injectTo);
    return run;
}

QString InjectAction::obstacleTo(const InjectionRun& run) const
{
    if (m_sent >= kMostSent)
        return u"Nothing more is sent: this trigger has sent %1 messages, which is its limit."_s
            .arg(kMostSent);
    if (const Status armed = run.arming.mayPublish(run.draft.target, steadyNow()); !armed)
        return armed.error().message;
    const auto publisher = m_rules.makePublisher(run.draft.target, run.options);
    if (!publisher)
        return publisher.error().message;
    const PublisherTraits traits = (*publisher)->traits();
    const Guards guards = guardsOf(run, traits);
    const auto ready = prepared(run, guards, traits, 1, wallNow());
    if (!ready)
        return ready.error().message;
    // A person who sends one message looks at it; here nobody does.
    Outgoing unpicked;
    unpicked.topic = ready->message.topic;
    unpicked.isAlone = unpicked.isEdited = true;
    if (const auto refusal = guards.judge(unpicked); refusal && refusal->guard == Guard::Toxic)
        return u"Nothing was sent to “%1”: what happens there cannot be taken back, and nobody "
               "looks when a trigger sends."_s.arg(QString::fromUtf8(unpicked.topic));
    if (ready->mark == MarkPlace::Nowhere)
        return u"Nothing was sent: no mark fits into that message on %1, so the trigger could hear "
               "itself. Let the payload be a JSON object."_s.arg(shownUrl(run.draft.target));
    return {};
}

void InjectAction::sendNext()
{
    const InjectionRun run = runFor(m_waiting.front());
    if (const QString obstacle = obstacleTo(run); !obstacle.isEmpty()) {
        finish(obstacle, true);
        return;
    }
    ++m_sent;
    m_isSending = true;
    QMetaObject::invokeMethod(
        m_injector, [injector = m_injector, run] { injector->send(run); }, Qt::QueuedConnection);
}

void InjectAction::finish(const QString& sentence, bool isFailure)
{
    if (m_waiting.empty())
        return;
    m_waiting.pop_front();
    Q_EMIT told(sentence, isFailure);
    if (m_waiting.empty())
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (!m_waiting.empty() && !m_isSending)
                sendNext();
        },
        Qt::QueuedConnection);
}

void InjectAction::stop()
{
    if (!m_waiting.empty())
        Q_EMIT told(u"%1 messages were not sent: the recording is over."_s.arg(m_waiting.size()),
                    true);
    m_waiting.clear();
    m_injector->stop();
}

Result<std::unique_ptr<TriggerAction>> createInjectAction(const QString& argument,
                                                          const TriggerRules& rules)
{
    const auto space = argument.indexOf(u' ');
    const QString topic = argument.left(space);
    const QString given = space < 0 ? QString() : argument.mid(space + 1).trimmed();
    if (topic.isEmpty() || given.isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"inject needs a topic and a payload: inject:alerts {\"text\":\"slow\"}, or "
                     "inject:alerts @alert.json."_s};
    // The one that is recorded, where no other is named. Of variables the value is not known yet.
    const bool isOnlyOne = rules.sources.size() == 1;
    const QUrl bus = rules.injectTo.isEmpty() && isOnlyOne ? rules.sources.front() : rules.injectTo;
    if (!bus.isEmpty() && !hasVariables(topic.toUtf8())) {
        if (const QString obstacle = topicObstacle(topic.toUtf8(), bus); !obstacle.isEmpty())
            return Error{ErrorCode::WrongUse, obstacle};
    }
    QByteArray payload = given.toUtf8();
    if (given.startsWith(u'@')) {
        QFile file(given.mid(1));
        // A pipe would be waited for.
        if (!QFileInfo(file).isFile() || file.size() > kLargestPayload ||
            !file.open(QIODevice::ReadOnly))
            return Error{
                ErrorCode::Unreadable,
                u"%1 cannot be sent: it is no file of at most 1 MiB that can be read."_s.arg(
                    file.fileName())};
        payload = file.readAll();
    }
    return std::unique_ptr<TriggerAction>(
        std::make_unique<InjectAction>(topic.toUtf8(), payload, rules));
}

} // namespace murmur
