// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verify.h"
#include "session/reread.h"
#include "support/sanitized.h"
#include "support/traffic.h"

#include <QTest>

#include <map>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kCount = test::kIsSanitized ? 60'000 : 120'000;
constexpr int kRobots = 30;
constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kHour = std::int64_t(3'600) * 1'000 * kMs;

/// Traffic that states its times, in their order: requests and their answers, states, messages that
/// name an earlier one as their cause, and sockets that say things before they say who they are.
std::vector<HeardMessage> statedTraffic()
{
    struct Due
    {
        QByteArray raw;
        QByteArray peer;
    };
    std::mt19937_64 random(7);
    std::multimap<std::int64_t, Due> said;
    std::int64_t time = Traffic::kStart;
    for (int n = 1; static_cast<int>(said.size()) < kCount; ++n) {
        time += 1 + static_cast<std::int64_t>(random() % (2 * kMs));
        const QByteArray number = QByteArray::number(n);
        const QByteArray robot = "robot-" + QByteArray::number(random() % kRobots);
        const QByteArray socket = "socket-of-" + robot;
        const auto what = random() % 8;
        const QByteArray cause =
            n > 50 ? R"(,"parent_id":"m)" + QByteArray::number(n - 1 - int(random() % 20)) + '"'
                   : QByteArray();
        if (what < 3) {
            said.emplace(time, Due{R"({"topic":"ask","from":"planner","to":")" + robot +
                                       R"(","kind":"request","correlation_id":"c)" + number +
                                       R"(","id":"m)" + number + '"' + cause + '}',
                                   "socket-of-planner"});
            const std::int64_t answer =
                what == 2 && n % 100 == 2 ? kHour + n : (1 + random() % 400) * kMs + n % kMs;
            if (n % 50 != 7)
                said.emplace(time + answer,
                             Due{R"({"topic":"tell","from":")" + robot +
                                     R"(","to":"planner","kind":")" +
                                     (n % 9 == 0 ? "error" : "reply") + R"(","correlation_id":"c)" +
                                     number + R"(","id":"r)" + number + R"("})",
                                 socket});
        } else if (what < 5) {
            said.emplace(time, Due{R"({"topic":"state","from":")" + robot +
                                       R"(","kind":"state","id":"m)" + number + '"' + cause +
                                       R"(,"payload":{"step":)" + number + R"(,"b)" +
                                       QByteArray::number(n % 3) + R"(":)" + number + "}}",
                                   socket});
        } else {
            said.emplace(time, Due{R"({"topic":"hb","kind":"heartbeat","id":"m)" + number + R"("})",
                                   socket});
        }
    }
    std::vector<HeardMessage> messages;
    std::int64_t before = 0;
    for (const auto& [at, due] : said) {
        HeardMessage message;
        before = std::max(at, before + 1); // no two at one time: their order would be open
        message.stated = before;
        message.raw = due.raw;
        message.peer = due.peer;
        messages.push_back(std::move(message));
    }
    return messages;
}

/// The same as it may arrive: each source with a delay of its own, and a tenth of one stretch after
/// all the rest.
std::vector<HeardMessage> disordered(std::vector<HeardMessage> messages)
{
    std::mt19937_64 random(11);
    std::multimap<std::int64_t, HeardMessage> arriving;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const bool isStray = i > kCount / 4 && i < kCount / 2 && random() % 10 == 0;
        const std::int64_t delay =
            isStray ? 2 * kHour : static_cast<std::int64_t>(random() % 300) * kMs;
        arriving.emplace(messages[i].stated + delay, std::move(messages[i]));
    }
    std::vector<HeardMessage> order;
    for (auto& [at, message] : arriving)
        order.push_back(std::move(message));
    return order;
}

void record(const QString& path, std::vector<HeardMessage> messages)
{
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    QVERIFY(recorder.start().ok());
    recorder.setWaitsForRoom(true);
    const ConnectionId connection = recorder.registerConnection(QUrl(u"test://late"_s), u"late"_s);
    std::int64_t received = Traffic::kStart + 3 * kHour;
    for (std::size_t i = 0; i < messages.size(); i += 500) {
        std::vector<HeardMessage> batch(
            messages.begin() + static_cast<std::ptrdiff_t>(i),
            messages.begin() + static_cast<std::ptrdiff_t>(std::min(i + 500, messages.size())));
        for (HeardMessage& message : batch) {
            message.connection = connection;
            message.received = received += 1000;
        }
        recorder.sink().hear(std::move(batch));
    }
    const Status stopped = recorder.stop();
    QVERIFY2(stopped.ok(), stopped.ok() ? "" : qPrintable(stopped.error().message));
}

/// One recording as it looks to its readers. Messages are named by what they say, not by Seq.
class Look
{
public:
    explicit Look(const QString& path)
    {
        auto opened = Session::open(path);
        if (!opened)
            return;
        m_session = std::move(*opened);
        RowRequest request;
        request.first = 1;
        request.count = static_cast<int>(m_session->seen().last);
        request.previewBytes = 400;
        const auto rows = waitFor(m_session->rows(request));
        for (const MessageRow& row : *rows)
            m_said[row.seq] = QString::fromUtf8(row.preview) + isoTime(row.time);
        m_rows = *rows;
    }
    [[nodiscard]] bool isValid() const { return m_session != nullptr; }

    QStringList messages()
    {
        QStringList lines;
        for (const MessageRow& row : m_rows)
            lines << u"%1 | %2 answers %3 after %4"_s
                         .arg(m_said[row.seq], agent(row.sender), m_said[row.closes])
                         .arg(row.closes != 0 ? row.latency : -1);
        lines.sort();
        return lines;
    }
    /// Causes of every `step`th message, in their order in time. Effects are looked for nearby
    /// only, so they are counted.
    QStringList causes(int step, int& effects)
    {
        std::map<QString, Seq> byText;
        for (const auto& [seq, text] : m_said)
            byText.emplace(text, seq);
        QStringList lines;
        int i = 0;
        for (const auto& [text, seq] : byText) {
            if (++i % step != 0)
                continue;
            const auto detail = waitFor(m_session->message(seq));
            QStringList edges;
            for (const MessageDetail::Cause& cause : detail->causes)
                edges << u"< %1 %2"_s.arg(int(cause.grade)).arg(m_said[cause.row.seq]);
            effects += static_cast<int>(detail->effects.size());
            edges.sort();
            lines << text + edges.join(u' ');
        }
        return lines;
    }
    QStringList traffic(TimeRange range, int columns, bool isFiltered)
    {
        TileRequest request;
        request.range = range;
        request.columns = columns;
        request.latency = true;
        request.pairs = true;
        if (isFiltered)
            request.filter = *parseFilter(u"size > 0"_s, range);
        const auto tiles = waitFor(m_session->tiles(request));
        QStringList lines;
        const auto put = [&](const TileLane& lane, const QString& name) {
            QString line = name;
            for (std::size_t bucket = 0; bucket < tiles->bucketCount; ++bucket)
                line += u" %1"_s.arg(lane.sentIn(bucket));
            lines << line + u"| %1 %2 %3 %4"_s.arg(lane.total)
                                .arg(lane.errors)
                                .arg(lane.latency.count())
                                .arg(lane.latency.quantile(0.99));
        };
        put(tiles->total, u"all"_s);
        for (const TileLane& lane : tiles->lanes)
            put(lane, agent(lane.agent));
        for (std::size_t bucket = 0; bucket < tiles->latency.size(); ++bucket) {
            for (const BucketCount& cell : tiles->latency[bucket])
                lines << u"%1:%2:%3"_s.arg(bucket).arg(cell.bucket).arg(cell.count);
        }
        for (const PairCount& pair : tiles->pairs)
            lines << u"%1>%2 %3"_s.arg(agent(pair.sender), agent(pair.receiver)).arg(pair.count);
        lines.sort();
        return lines;
    }
    QStringList states(TimePoint at)
    {
        StateRequest request;
        request.at = at;
        const auto slice = waitFor(m_session->state(request));
        QStringList lines;
        for (const AgentState& state : slice->agents) {
            QString line = u"%1 %2 %3 %4 sent %5 received %6 errors %7 last %8 and %9"_s
                               .arg(agent(state.agent))
                               .arg(state.firstSeen)
                               .arg(state.lastSent)
                               .arg(state.lastReceived)
                               .arg(state.sent)
                               .arg(state.received)
                               .arg(state.errors)
                               .arg(m_said[state.lastSentSeq], m_said[state.lastReceivedSeq]);
            QStringList more;
            for (const OpenCall& call : state.waitingFor)
                more << u"waits %1 %2"_s.arg(m_said[call.request], agent(call.other));
            for (const OpenCall& call : state.owes)
                more << u"owes %1 %2"_s.arg(m_said[call.request], agent(call.other));
            for (const StateValue& value : state.values)
                more << u"%1 set by %2"_s.arg(
                    QString::fromStdString(m_session->dictionaries()->stateKeyName(value.key)),
                    m_said[value.setBy]);
            more.sort();
            lines << line + more.join(u' ');
        }
        lines.sort();
        return lines;
    }
    [[nodiscard]] TimeRange range() const { return m_session->seen().time; }

private:
    QString agent(AgentId id)
    {
        const auto names = m_session->dictionaries();
        return QString::fromStdString(names->agentName(names->resolved(id)));
    }

    std::unique_ptr<Session> m_session;
    std::vector<MessageRow> m_rows;
    std::map<Seq, QString> m_said;
};

} // namespace

/// What is learnt late must leave a recording that looks like one that heard all in its order.
class TestLate : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    QString m_right = m_directory.filePath(u"right.murmur"_s);
    QString m_late = m_directory.filePath(u"late.murmur"_s);

    void compare()
    {
        Look right(m_right);
        Look late(m_late);
        QVERIFY(right.isValid() && late.isValid());
        QCOMPARE(late.range(), right.range());
        QCOMPARE(late.messages(), right.messages());
        int found = 0;
        int effects = 0;
        QCOMPARE(late.causes(997, found), right.causes(997, effects));
        QVERIFY2(effects > kCount / 2000 && found > effects * 85 / 100,
                 qPrintable(u"%1 of %2"_s.arg(found).arg(effects)));
        const TimeRange whole = right.range();
        const TimePoint begin = whole.begin;
        const TimeRange busy{begin, begin + std::chrono::seconds(130)};
        const TimeRange part{begin + std::chrono::seconds(31), begin + std::chrono::seconds(33)};
        for (const TimeRange range : {whole, busy, part}) {
            for (const int columns : {20, 300}) {
                QCOMPARE(late.traffic(range, columns, false), right.traffic(range, columns, false));
                QCOMPARE(late.traffic(range, columns, true), right.traffic(range, columns, false));
            }
        }
        for (const int ms : {0, 40, 900, 20'000, 31'007, 55'555, 100'000, 3'640'000, 20'000'000})
            QCOMPARE(late.states(begin + std::chrono::milliseconds(ms)),
                     right.states(begin + std::chrono::milliseconds(ms)));
    }
    void verify(const QString& path)
    {
        const auto report = verifyRecording(path, {true, {}, {}});
        QVERIFY(report.ok());
        QVERIFY2(report->isSound(),
                 report->damages.empty() ? "" : qPrintable(report->damages.front().sentence));
    }

private Q_SLOTS:
    void initTestCase()
    {
        record(m_right, statedTraffic());
        record(m_late, disordered(statedTraffic()));
    }
    void theOrderOfArrivalDoesNotMatter() { compare(); }
    void whatWasWrittenIsSound()
    {
        verify(m_right);
        verify(m_late);
    }
    void norWhenItIsReadAgain()
    {
        const auto report = rereadRecording(m_late, {});
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->changed, 0);
        compare();
        verify(m_late);
    }
};

QTEST_GUILESS_MAIN(TestLate)
#include "tst_late.moc"
