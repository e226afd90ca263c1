// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "undertest.h"

#include "await.h"
#include "command.h"
#include "messagestream.h"
#include "output.h"

#include "base/sentmark.h"
#include "query/messagefield.h"

#include <QEventLoop>
#include <QFile>
#include <QSaveFile>
#include <QTimer>
#include <QUrlQuery>
#include <QXmlStreamWriter>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

constexpr auto kAttaching = 10s;
constexpr auto kQuiet = 300ms;
constexpr auto kLookEvery = 20ms;

/// Of the message that was sent again; 0: none of ours.
Seq originalSeqOf(const MessageDetail& message)
{
    const auto numberIn = [](std::string_view text) {
        Seq seq = 0;
        (void)std::from_chars(text.data(), text.data() + text.size(), seq);
        return seq;
    };
    for (const auto& [name, value] : message.headers) {
        if (QString::fromStdString(name).compare(
                QLatin1StringView(sentmark::kOriginalSeq.data(), sentmark::kOriginalSeq.size()),
                Qt::CaseInsensitive) == 0)
            return numberIn(value);
    }
    const std::string_view json{message.raw.constData(),
                                static_cast<std::size_t>(message.raw.size())};
    for (const sentmark::Member& member : sentmark::membersOf(json)) {
        if (member.name(json) == sentmark::kOriginalSeq && member.value(json).starts_with('"'))
            return numberIn(member.value(json).substr(1)); // a text
    }
    return 0;
}

const QByteArray& replyAddressOf(const MessageDetail& message)
{
    return message.ids[static_cast<std::size_t>(IdField::ReplyTo)];
}

AgentOutput outputOf(const MessageDetail& message, const Dictionaries& names)
{
    AgentOutput output;
    output.seq = message.row.shownSeq();
    output.topic = message.topicName.isEmpty()
                       ? QByteArray::fromStdString(names.topicName(message.row.topic))
                       : message.topicName;
    const std::string_view kind = kindName(message.row.kind);
    output.kind = QByteArray(kind.data(), static_cast<qsizetype>(kind.size()));
    output.type = QByteArray::fromStdString(names.typeName(message.row.type));
    output.payload = message.payload();
    output.correlation = message.ids[static_cast<std::size_t>(IdField::Correlation)];
    for (const QByteArray& id : message.ids) {
        if (!id.isEmpty())
            output.ids.push_back(id);
    }
    output.closes = message.row.closes;
    if (message.row.closes != 0)
        output.latency = nanoseconds(message.row.latency);
    return output;
}

std::string divergenceJson(const Divergence& divergence)
{
    std::string out;
    JsonWriter json(out);
    const auto bytes = [&](const char* key, const QByteArray& value) {
        json.key(key);
        json.textOrNull(
            std::string_view(value.constData(), static_cast<std::size_t>(value.size())));
    };
    const auto seq = [&](const char* key, Seq value) {
        json.key(key);
        if (value == 0)
            json.null();
        else
            json.number(value);
    };
    json.beginObject();
    json.key("divergence");
    json.text(divergenceName(divergence.is));
    seq("recorded", divergence.recorded);
    seq("living", divergence.living);
    bytes("topic", divergence.topic);
    bytes("kind", divergence.kind);
    bytes("type", divergence.type);
    json.key("path");
    json.textOrNull(divergence.path);
    json.key("was");
    json.textOrNull(divergence.was);
    json.key("now");
    json.textOrNull(divergence.now);
    json.key("summary");
    json.text(divergenceSentence(divergence));
    json.endObject();
    return out + '\n';
}

} // namespace

UnderTest::UnderTest(const ReplayArguments& wish, const ReadWish& read, Session& session)
    : m_wish(wish)
    , m_read(read)
    , m_session(session)
{
    m_rules.slowerTimes = wish.slowerTimes;
    for (const std::string& path : wish.ignores)
        m_rules.ignore << QString::fromStdString(path);
}

UnderTest::~UnderTest()
{
    m_living.reset();
}

std::string UnderTest::usualInputs(const std::string& agent)
{
    return (u"to == "_s + filterText(QString::fromStdString(agent))).toStdString();
}

Result<std::vector<AgentOutput>> UnderTest::outputs(Session& session, TimeRange time) const
{
    const auto filter =
        parseFilter(u"from == "_s + filterText(QString::fromStdString(m_wish.underTest)) +
                        u" and not replayed"_s,
                    session.seen().time);
    if (!filter)
        return filter.error();
    std::vector<AgentOutput> list;
    MessageStream stream(session, *filter, MessageStream::Depth::Whole, 0, 0);
    for (;;) {
        const auto ready = stream.peek();
        if (!ready)
            return ready.error();
        if (*ready == nullptr)
            return list;
        const MessageDetail message = stream.take();
        if (time.contains(message.row.time))
            list.push_back(outputOf(message, *session.dictionaries()));
    }
}

Status UnderTest::prepare()
{
    const QString agent = QString::fromStdString(m_wish.underTest);
    auto recorded = outputs(m_session, m_read.options.selection.time);
    if (!recorded)
        return recorded.error();
    m_recorded = std::move(*recorded);
    if (m_recorded.empty())
        return Error{
            ErrorCode::NotFound,
            u"%1 said nothing in this recording, so there is nothing to hold it against."_s.arg(
                agent)};
    if (auto read = readCalls(); !read)
        return read;
    for (AgentOutput& output : m_recorded)
        m_asked.assign(output);
    noteOwners();
    if (auto read = readInputs(); !read)
        return read;
    for (AgentOutput& output : m_recorded) {
        // What lives was mapped already.
        if (!output.isToAsker)
            output.topic = m_read.options.changes.remap.target(output.topic);
    }
    return Done{};
}

/// All that it was told then, whether it is told that now or not.
Status UnderTest::readCalls()
{
    const auto usual =
        parseFilter(QString::fromStdString(usualInputs(m_wish.underTest)), m_session.seen().time);
    if (!usual)
        return usual.error();
    for (const FilterPtr& filter : {FilterPtr(*usual), m_read.options.selection.filter}) {
        MessageStream stream(m_session, filter, MessageStream::Depth::Whole, 0, 0);
        for (;;) {
            const auto ready = stream.peek();
            if (!ready)
                return ready.error();
            if (*ready == nullptr)
                break;
            const MessageDetail message = stream.take();
            const bool isUsual = filter == *usual;
            if (!isUsual && !m_read.options.selection.takes(message.row.seq))
                continue;
            if (!m_read.options.selection.time.contains(message.row.time) ||
                m_calls.contains(message.row.shownSeq()))
                continue;
            m_asked.add(message.row.seq, message.row.shownSeq(), replyAddressOf(message));
            std::vector<QByteArray>& ids = m_calls[message.row.shownSeq()];
            for (const IdField field : {IdField::Message, IdField::Correlation}) {
                if (const QByteArray& id = message.ids[static_cast<std::size_t>(field)];
                    !id.isEmpty())
                    ids.push_back(id);
            }
        }
    }
    return Done{};
}

/// What answers an input, or carries its id, belongs to it; the rest to the last one before.
void UnderTest::noteOwners()
{
    std::map<QByteArray, Seq> byId;
    for (const auto& [seq, ids] : m_calls) {
        for (const QByteArray& id : ids)
            byId.try_emplace(id, seq);
    }
    m_owners.clear();
    for (const AgentOutput& output : m_recorded) {
        Seq owner = output.answers;
        if (owner == 0 && !output.correlation.isEmpty()) {
            const auto known = byId.find(output.correlation);
            owner = known == byId.end() ? 0 : known->second;
        }
        if (owner == 0) {
            const auto behind = m_calls.lower_bound(output.seq);
            owner = behind == m_calls.begin() ? 0 : std::prev(behind)->first;
        }
        m_owners.push_back(owner);
    }
}

/// Their ids, and how much is said before the next of them.
Status UnderTest::readInputs()
{
    std::set<Seq> chosen;
    MessageStream stream(m_session, m_read.options.selection.filter, MessageStream::Depth::Whole, 0,
                         0);
    std::vector<std::pair<TimePoint, Seq>> inputs;
    for (;;) {
        const auto ready = stream.peek();
        if (!ready)
            return ready.error();
        if (*ready == nullptr)
            break;
        const MessageDetail message = stream.take();
        if (!m_read.options.selection.time.contains(message.row.time) ||
            !m_read.options.selection.takes(message.row.seq))
            continue;
        inputs.emplace_back(message.row.time, message.row.seq);
        chosen.insert(message.row.shownSeq());
        for (const IdField field :
             {IdField::Message, IdField::Correlation, IdField::Trace, IdField::Conversation}) {
            if (const QByteArray& id = message.ids[static_cast<std::size_t>(field)]; !id.isEmpty())
                m_rules.inputIds.insert(id);
        }
    }
    if (inputs.empty())
        return Error{ErrorCode::NotFound,
                     u"Nobody spoke to %1 in this recording; --where and --seq say which messages "
                     "it is told."_s.arg(QString::fromStdString(m_wish.underTest))};
    std::ranges::sort(inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::int64_t& before = m_before[inputs[i].second];
        for (std::size_t k = 0; k < m_recorded.size(); ++k) {
            const bool isExpected = m_owners[k] == 0 || chosen.contains(m_owners[k]);
            if (isExpected && (i + 1 == inputs.size() || m_recorded[k].seq < inputs[i + 1].second))
                ++before;
        }
    }
    return Done{};
}

std::int64_t UnderTest::asked() const
{
    return std::ranges::count_if(
        m_owners, [this](Seq owner) { return owner == 0 || m_sent.contains(owner); });
}

void UnderTest::follow(ReplayRun& run)
{
    connect(&run, &ReplayRun::outcomes, this, [this](const auto& outcomes) {
        for (const ReplayOutcome& outcome : outcomes) {
            if (outcome.is == ReplayOutcome::Is::Sent)
                m_sent.insert(outcome.seq);
        }
    });
}

/// Beside the agent: of a hub like any subscriber.
QUrl UnderTest::observed() const
{
    if (!m_wish.observe.empty())
        return withHashInQuery(QUrl(QString::fromStdString(m_wish.observe)));
    QUrl url = m_read.target;
    if (url.scheme() != "listen"_L1)
        return url;
    url.setScheme(u"ws"_s);
    if (url.port() < 0)
        url.setPort(7777);
    QUrlQuery query;
    query.addQueryItem(u"murmur.hello"_s, QString::fromLatin1(QUrl::toPercentEncoding(
                                              u"{\"op\":\"subscribe\",\"topics\":[\"#\"]}"_s)));
    url.setQuery(query);
    return url;
}

Status UnderTest::listen()
{
    RecorderOptions options;
    options.path = m_wish.record.empty() ? m_dir.filePath(u"living.murmur"_s)
                                         : QFile::decodeName(m_wish.record.c_str());
    options.urls = {observed()};
    options.connectionOptions = m_read.connection;
    m_recorder = std::make_unique<Recorder>(options);
    if (auto started = m_recorder->start(); !started)
        return started;
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
        const auto connections = m_recorder->status().connections;
        if (!connections.empty() && connections.front().state == ConnectionStatus::State::Up)
            break;
        if (std::chrono::steady_clock::now() - begin > kAttaching)
            return Error{ErrorCode::Unreachable,
                         u"The agent cannot be heard at %1: %2"_s.arg(
                             shownUrl(options.urls.front()),
                             connections.empty() ? QString() : connections.front().detail)};
        wait(kLookEvery);
    }
    // What a subscription needs to arrive.
    wait(kQuiet);
    auto living = Session::follow(m_recorder.get());
    if (!living)
        return living.error();
    m_living = std::move(*living);
    return Done{};
}

void UnderTest::wait(std::chrono::milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
}

void UnderTest::look()
{
    const Seq last = m_living->seen().last;
    if (m_isLooking || last <= m_lookedAt)
        return;
    m_isLooking = true;
    MatchRequest request;
    const auto filter =
        parseFilter(u"from == "_s + filterText(QString::fromStdString(m_wish.underTest)) +
                        u" and not replayed"_s,
                    {});
    request.filter = filter ? *filter : nullptr;
    request.first = m_lookedAt + 1;
    request.last = last;
    const auto found = await(m_living->search(request));
    m_lookedAt = last;
    if (found && !found->seqs.empty()) {
        m_heard += static_cast<std::int64_t>(found->seqs.size());
        m_since = std::chrono::steady_clock::now();
    }
    m_isLooking = false;
}

void UnderTest::drive(ReplayRun& run)
{
    m_run = &run;
    connect(&run, &ReplayRun::outcomes, this, [this](const auto& outcomes) {
        for (const ReplayOutcome& outcome : outcomes) {
            if (outcome.is == ReplayOutcome::Is::Answered)
                continue;
            const auto before = m_before.find(outcome.seq);
            m_awaited = before == m_before.end() ? m_heard : before->second;
            m_isStepDue = true;
            m_since = std::chrono::steady_clock::now();
        }
    });
    auto* const timer = new QTimer(&run);
    connect(timer, &QTimer::timeout, this, &UnderTest::goOn);
    connect(&run, &ReplayRun::ended, timer, &QTimer::stop);
    timer->start(kLookEvery);
    run.step();
}

/// The next input, once the agent has answered to the last one or has had its time.
void UnderTest::goOn()
{
    look();
    const bool isPatient =
        std::chrono::steady_clock::now() - m_since < m_read.options.player.answersFor;
    if (!m_isStepDue || (m_heard < m_awaited && isPatient))
        return;
    m_isStepDue = false;
    m_run->step();
}

void UnderTest::settle()
{
    m_since = std::chrono::steady_clock::now();
    for (;;) {
        look();
        const auto quiet = std::chrono::steady_clock::now() - m_since;
        const bool isAll = m_heard >= asked();
        if (quiet > m_read.options.player.answersFor || (isAll && quiet > kQuiet))
            return;
        wait(kLookEvery);
    }
}

int UnderTest::finish()
{
    settle();
    m_living.reset();
    const QString path = m_recorder->path();
    if (auto stopped = m_recorder->stop(); !stopped)
        return failed(stopped.error());
    const auto session = Session::open(path);
    if (!session)
        return failed(session.error());
    auto living = outputs(**session, {TimePoint::min(), TimePoint::max()});
    if (!living)
        return failed(living.error());
    if (auto assigned = assignLiving(**session, *living); !assigned)
        return failed(assigned.error());
    for (std::size_t i = 0; i < m_recorded.size(); ++i)
        m_recorded[i].isAsked = m_owners[i] == 0 || m_sent.contains(m_owners[i]);
    return tell(compareOutputs(m_recorded, *living, m_rules));
}

/// Answers go to fresh addresses: the inputs, as they were heard, say whose.
Status UnderTest::assignLiving(Session& session, std::vector<AgentOutput>& living) const
{
    const auto filter = parseFilter(u"replayed"_s, session.seen().time);
    if (!filter)
        return filter.error();
    AskedCalls asked;
    MessageStream stream(session, *filter, MessageStream::Depth::Whole, 0, 0);
    for (;;) {
        const auto ready = stream.peek();
        if (!ready)
            return ready.error();
        if (*ready == nullptr)
            break;
        const MessageDetail message = stream.take();
        if (const Seq recorded = originalSeqOf(message); recorded != 0)
            asked.add(message.row.seq, recorded, replyAddressOf(message));
    }
    for (AgentOutput& output : living)
        asked.assign(output);
    return Done{};
}

int UnderTest::tell(const OutputComparison& comparison) const
{
    StandardOutput output;
    const QString agent = QString::fromStdString(m_wish.underTest);
    std::string text;
    for (const Divergence& divergence : comparison.divergences)
        text += m_wish.json
                    ? divergenceJson(divergence)
                    : u"  %1\n"_s.arg(printable(divergenceSentence(divergence))).toStdString();
    if (m_wish.json) {
        JsonWriter json(text);
        json.beginObject();
        json.key("under_test");
        json.text(agent);
        for (const auto& [key, count] :
             {std::pair{"recorded", comparison.recorded}, std::pair{"living", comparison.living},
              std::pair{"not_asked", comparison.unasked}, std::pair{"same", comparison.same},
              std::pair{"divergences", comparison.count}}) {
            json.key(key);
            json.number(count);
        }
        json.endObject();
        text += '\n';
    } else {
        text = u"%1 said %2 messages and had said %3: %4 are the same, %5 divergences\n"_s
                   .arg(agent, grouped(comparison.living), grouped(comparison.recorded),
                        grouped(comparison.same), grouped(comparison.count))
                   .toStdString() +
               (comparison.unasked > 0
                    ? u"%1 more were said to what was not sent now: not asked for\n"_s
                          .arg(grouped(comparison.unasked))
                          .toStdString()
                    : std::string()) +
               text;
    }
    output.write(text);
    const int written = output.finish();
    if (!m_wish.junit.empty()) {
        if (auto status = writeJunit(comparison); !status)
            return failed(status.error());
    }
    return comparison.count > 0 ? kCheckFailed : written;
}

/// A case for each output that was compared.
Status UnderTest::writeJunit(const OutputComparison& comparison) const
{
    std::map<std::pair<Seq, Seq>, QStringList> flaws;
    for (const Divergence& divergence : comparison.divergences)
        flaws[{divergence.recorded, divergence.living}] << divergenceSentence(divergence);
    const QString path = QFile::decodeName(m_wish.junit.c_str());
    const auto failure = [&](const QSaveFile& file) {
        return Error{ErrorCode::Unwritable,
                     u"%1 cannot be written: %2."_s.arg(path, file.errorString())};
    };
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return failure(file);
    QXmlStreamWriter xml(&file);
    xml.setAutoFormatting(true);
    xml.writeStartDocument();
    xml.writeStartElement(u"testsuites"_s);
    xml.writeStartElement(u"testsuite"_s);
    xml.writeAttribute(u"name"_s, u"murmur replay --under-test %1"_s.arg(
                                      printable(QString::fromStdString(m_wish.underTest))));
    xml.writeAttribute(u"tests"_s, QString::number(comparison.outputs.size()));
    xml.writeAttribute(u"failures"_s, QString::number(std::ranges::count_if(
                                          comparison.outputs, [](const ComparedOutput& one) {
                                              return one.divergences > 0;
                                          })));
    int extra = 0;
    for (const ComparedOutput& one : comparison.outputs) {
        xml.writeStartElement(u"testcase"_s);
        xml.writeAttribute(u"classname"_s, printable(QString::fromUtf8(one.topic)));
        const QString what = printable(QString::fromUtf8((one.kind + ' ' + one.type).trimmed()));
        xml.writeAttribute(u"name"_s, one.recorded != 0
                                          ? u"%1, message %2"_s.arg(what).arg(one.recorded)
                                          : u"%1, not said before, %2"_s.arg(what).arg(++extra));
        if (one.divergences > 0) {
            const auto listed = flaws.find({one.recorded, one.living});
            const QStringList sentences =
                listed != flaws.end()
                    ? listed->second
                    : QStringList{
                          u"It diverges; only the first %1 divergences are written out."_s.arg(
                              OutputComparison::kMostListed)};
            xml.writeStartElement(u"failure"_s);
            xml.writeAttribute(u"message"_s, printable(sentences.front()));
            xml.writeCharacters(printable(sentences.join(u'\n')));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }
    xml.writeEndDocument();
    return file.commit() ? Status(Done{}) : Status(failure(file));
}

} // namespace murmur::cli
