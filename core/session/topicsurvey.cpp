// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/topicsurvey.h"

#include "base/clock.h"
#include "session/surveysink.h"
#include "session/topiccollapse.h"
#include "session/topicfamily.h"

#include <QTimer>
#include <QUrlQuery>

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kSurveyTick = 250ms;

/// The same URL without what is no listening: the past, and all commands of Redis.
QUrl sampleUrl(const QUrl& url)
{
    QUrl sample = url;
    QUrlQuery query(url);
    for (const char* item : {"from", "to", "monitor", "monitor-for", "monitor-max"})
        query.removeAllQueryItems(QString::fromLatin1(item));
    // A query that had none of them stays as it was written.
    if (query != QUrlQuery(url))
        sample.setQuery(query.isEmpty() ? QString() : query.toString(QUrl::FullyEncoded));
    return sample;
}

/// "mosquitto version 2.0.11" of "Attached to mosquitto version 2.0.11 at box:1883 with MQTT 5.".
QString mqttVersion(const QString& detail)
{
    const qsizetype begin = QStringLiteral("Attached to ").size();
    const qsizetype end = detail.indexOf(" at "_L1);
    const QString name = detail.mid(begin, end - begin);
    return end > begin && name != "the broker"_L1 ? name : u"MQTT"_s;
}

QString sliceText(std::chrono::milliseconds length)
{
    return durationText(std::chrono::duration_cast<nanoseconds>(length));
}

/// How many messages of the bus's own count came between two looks.
void addRates(std::vector<SurveyedTopic>& now, const std::vector<SurveyedTopic>& before,
              double seconds)
{
    std::map<std::pair<QString, QString>, std::int64_t> totals;
    for (const SurveyedTopic& topic : before) {
        if (topic.total)
            totals[{topic.item, topic.topic}] = *topic.total;
    }
    for (SurveyedTopic& topic : now) {
        const auto earlier = totals.find({topic.item, topic.topic});
        if (!topic.total || earlier == totals.end() || seconds <= 0)
            continue;
        const auto came =
            static_cast<double>(std::max<std::int64_t>(0, *topic.total - earlier->second));
        topic.perSecond = came / seconds;
        if (topic.size)
            topic.bytesPerSecond = *topic.perSecond * static_cast<double>(*topic.size);
    }
}

} // namespace

std::vector<SurveyedTopic> mergedTopics(std::vector<SurveyedTopic> heard,
                                        const std::vector<SurveyedTopic>& told, bool isEverything)
{
    std::map<QString, std::size_t> places;
    for (std::size_t i = 0; i < heard.size(); ++i)
        places.emplace(heard[i].topic, i);
    for (const SurveyedTopic& one : told) {
        QString name = one.topic;
        bool isFamily = false;
        // Channels that are made up for one use collapse as those do that were heard.
        if (one.item == "channel"_L1) {
            const std::string family = topicFamily(one.topic.toStdString());
            isFamily = !family.empty();
            if (isFamily)
                name = QString::fromStdString(family);
        }
        const auto known = places.find(name);
        if (known == places.end()) {
            if (!isEverything && !one.isExact)
                continue;
            SurveyedTopic added = one;
            added.topic = name;
            if (!one.isExact && isEverything && one.item == "channel"_L1) {
                added.perSecond = 0;
                added.bytesPerSecond = 0;
            }
            places.emplace(name, heard.size());
            heard.push_back(std::move(added));
            continue;
        }
        SurveyedTopic& topic = heard[known->second];
        if (isFamily) {
            topic.members = std::max(topic.members, 2);
            continue;
        }
        topic.item = one.item;
        topic.detail = one.detail;
        topic.isOwn = one.isOwn;
        topic.stored = one.stored;
        topic.total = one.total;
        if (!topic.size)
            topic.size = one.size;
        if (topic.sample.isEmpty()) {
            topic.sample = one.sample;
            topic.isBinary = one.isBinary;
        }
        if (one.isExact && one.perSecond) {
            topic.isExact = true;
            topic.perSecond = one.perSecond;
            topic.bytesPerSecond =
                topic.size ? std::optional(*one.perSecond * static_cast<double>(*topic.size))
                           : std::nullopt;
        }
    }
    collapseNumbers(heard);
    std::ranges::sort(heard, [](const SurveyedTopic& a, const SurveyedTopic& b) {
        return std::tie(a.topic, a.item) < std::tie(b.topic, b.item);
    });
    return heard;
}

/// In a thread of its own: asks, listens, asks again.
class TopicSurvey::Worker : public QObject
{
    using State = SurveyResult::State;

public:
    Worker(TopicSurvey& survey, const SurveyEntry& entry)
        : m_owner(&survey)
        , m_entry(entry)
        , m_url(survey.m_url)
        , m_options(survey.m_options)
        , m_how(survey.m_how)
        , m_stop(survey.m_stop.get_token())
        , m_isEverything(asksForEverything(m_url))
        , m_sink(m_how.maxBytes, entry.readsTopics, m_how.length)
        , m_ticker(this)
    {
        connect(&m_ticker, &QTimer::timeout, this, [this] { tick(); });
    }

    void run()
    {
        if (m_entry.ask != nullptr)
            m_asker = m_entry.ask(sampleUrl(m_url), m_options);
        askBefore();
        if (m_stop.stop_requested()) {
            end(State::Done);
            return;
        }
        m_result.state = State::Reaching;
        auto made = createConnection(sampleUrl(m_url), {ConnectionId{1}, &m_sink, m_options});
        if (!made) {
            fail(made.error());
            return;
        }
        m_connection = std::move(*made);
        connect(m_connection.get(), &Connection::statusChanged, this, [this] { look(); });
        m_since = std::chrono::steady_clock::now();
        if (const Status started = m_connection->start(); !started) {
            fail(started.error());
            return;
        }
        m_ticker.start(kSurveyTick);
        tick();
    }

private:
    void askBefore()
    {
        if (!m_asker)
            return;
        auto facts = m_asker->look(m_stop);
        m_asked = std::chrono::steady_clock::now();
        if (!facts) {
            m_lookError = facts.error().message;
            m_asker.reset();
            return;
        }
        m_before = facts->topics;
        m_facts = std::move(*facts);
        show();
    }
    void look()
    {
        if (m_isOver || !m_connection)
            return;
        const ConnectionStatus status = m_connection->status();
        if (status.state == ConnectionStatus::State::Failed) {
            fail({ErrorCode::Unreachable, status.detail});
            return;
        }
        if (status.state == ConnectionStatus::State::Stopped) {
            finishListening();
            return;
        }
        if (status.state == ConnectionStatus::State::Up && m_result.state == State::Reaching) {
            m_result.state = State::Listening;
            m_since = std::chrono::steady_clock::now();
            m_sink.begin(processClock().nowNs());
        }
    }
    void tick()
    {
        look();
        if (m_isOver)
            return;
        const auto passed = std::chrono::steady_clock::now() - m_since;
        if (m_result.state == State::Reaching) {
            if (passed > m_how.patience)
                fail({ErrorCode::Unreachable, m_connection->status().detail});
            else if (m_stop.stop_requested())
                end(State::Done);
            return;
        }
        m_result.progress = std::min(1.0, std::chrono::duration<double>(passed) /
                                              std::chrono::duration<double>(m_how.length));
        if (passed >= m_how.length || m_sink.isFull() || m_stop.stop_requested())
            finishListening();
        else
            show();
    }
    void finishListening()
    {
        if (m_isOver)
            return;
        m_ticker.stop();
        const std::int64_t now = processClock().nowNs();
        const ConnectionStatus status = m_connection->status();
        m_heard = m_sink.topics(now);
        m_wasListened = true;
        if (QLatin1StringView(m_entry.scheme).startsWith("mqtt"_L1))
            m_facts.version = mqttVersion(status.detail);
        addListed(status);
        if (m_sink.isFull()) {
            m_result.notes << u"The listening ended early, after %1."_s.arg(
                bytesText(m_how.maxBytes));
        }
        if (m_sink.unlisted() > 0) {
            m_result.notes << u"There are more than %1 topics; the others are not listed."_s.arg(
                SurveySink::kMostTopics);
        }
        if (m_sink.hasLost())
            m_result.notes << u"More came than could be counted: rates are too low."_s;
        leave();
        if (m_asker && !m_stop.stop_requested()) {
            if (auto facts = m_asker->look(m_stop)) {
                const std::chrono::duration<double> between =
                    std::chrono::steady_clock::now() - m_asked;
                m_facts.topics = std::move(facts->topics);
                m_facts.notes = facts->notes;
                addRates(m_facts.topics, m_before, between.count());
            }
        }
        m_result.progress = 1;
        end(State::Done);
    }
    /// Topics that the connection knows of and did not hear.
    void addListed(const ConnectionStatus& status)
    {
        if (!QLatin1StringView(m_entry.item).isEmpty() && m_entry.ask == nullptr &&
            m_entry.listsTopics) {
            for (const QString& topic : status.subscribed)
                addTold(topic, true);
            for (const QString& topic : status.unmatched)
                addTold(topic, false);
        }
    }
    void addTold(const QString& name, bool wasListenedTo)
    {
        SurveyedTopic topic;
        topic.topic = name;
        topic.item = QString::fromLatin1(m_entry.item);
        if (wasListenedTo) {
            topic.perSecond = 0;
            topic.bytesPerSecond = 0;
        } else {
            topic.isBinary = true;
            topic.detail = u"not listened to: pictures, point clouds and the like"_s;
        }
        m_facts.topics.push_back(std::move(topic));
    }
    void show()
    {
        if (!m_wasListened && m_result.state == State::Listening)
            m_heard = m_sink.topics(processClock().nowNs());
        SurveyResult shown = m_result;
        std::vector<SurveyedTopic> heard = m_heard;
        for (SurveyedTopic& topic : heard)
            topic.item = itemOf(topic);
        shown.topics = mergedTopics(std::move(heard), m_facts.topics, m_isEverything);
        shown.version = m_facts.version;
        shown.notes = m_facts.notes + m_result.notes;
        if (!m_lookError.isEmpty())
            shown.notes.prepend(m_lookError);
        QMetaObject::invokeMethod(
            m_owner,
            [owner = m_owner, shown = std::move(shown)]() mutable {
                owner->take(std::move(shown));
            },
            Qt::QueuedConnection);
    }
    void leave()
    {
        if (!m_connection)
            return;
        m_connection->disconnect(this);
        m_connection->stop();
        // It may be telling us something just now.
        m_connection.release()->deleteLater();
    }
    [[nodiscard]] QString itemOf(const SurveyedTopic& topic) const
    {
        const bool isRedis = QLatin1StringView(m_entry.item) == "pattern"_L1;
        return isRedis && !topic.topic.contains(u'*') ? u"channel"_s
                                                      : QString::fromLatin1(m_entry.item);
    }
    void fail(const Error& error)
    {
        m_result.error = error;
        m_lookError.clear();
        end(State::Failed);
    }
    void end(State state)
    {
        if (m_isOver)
            return;
        m_isOver = true;
        m_ticker.stop();
        leave();
        m_asker.reset();
        m_result.state = state;
        show();
    }

    TopicSurvey* const m_owner; // outlives us: it waits for our thread
    const SurveyEntry& m_entry;
    const QUrl m_url;
    const ConnectionOptions m_options;
    const SurveyOptions m_how;
    const std::stop_token m_stop;
    const bool m_isEverything;
    SurveySink m_sink; // outlives the connection
    QTimer m_ticker;
    std::unique_ptr<BusAsker> m_asker;
    std::unique_ptr<Connection> m_connection;
    std::vector<SurveyedTopic> m_before;
    std::vector<SurveyedTopic> m_heard;
    BusFacts m_facts;
    QString m_lookError;
    SurveyResult m_result;
    std::chrono::steady_clock::time_point m_since;
    std::chrono::steady_clock::time_point m_asked;
    bool m_wasListened = false;
    bool m_isOver = false;
};

TopicSurvey::TopicSurvey(QUrl url, ConnectionOptions options, SurveyOptions how, QObject* parent)
    : QObject(parent)
    , m_url(std::move(url))
    , m_options(std::move(options))
    , m_how(how)
{
}

TopicSurvey::~TopicSurvey()
{
    m_stop.request_stop();
    m_thread.quit();
    m_thread.wait();
}

Status TopicSurvey::start()
{
    const SurveyEntry* const entry = surveyOf(m_url);
    if (entry == nullptr) {
        return Error{ErrorCode::Unsupported,
                     u"%1 cannot be asked what there is before it is attached to."_s.arg(
                         m_url.scheme().isEmpty() ? shownUrl(m_url) : m_url.scheme() + u"://"_s)};
    }
    m_worker = new Worker(*this, *entry);
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::started, m_worker, [worker = m_worker] { worker->run(); });
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.start();
    return Done{};
}

void TopicSurvey::stop()
{
    m_stop.request_stop(); // looked at by the worker, soon
}

void TopicSurvey::take(SurveyResult result)
{
    const bool isOverNow = isOver(result) && !isOver(m_result);
    m_result = std::move(result);
    Q_EMIT changed();
    if (!isOverNow)
        return;
    m_thread.quit();
    Q_EMIT finished();
}

QString TopicSurvey::whatItDoes(const QUrl& url, const SurveyOptions& how)
{
    const SurveyEntry* const entry = surveyOf(url);
    if (entry == nullptr)
        return {};
    return u"%1 for %2, at most %3."_s.arg(asksForEverything(url) ||
                                                   QLatin1StringView(entry->item).isEmpty()
                                               ? QString::fromUtf8(entry->doing)
                                               : u"Listens to what the URL names"_s,
                                           sliceText(how.length), bytesText(how.maxBytes));
}

} // namespace murmur
