// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natsworker.h"

#include "base/clock.h"
#include "bus/nats/natsorderedreader.h"
#include "bus/nats/natssequencereader.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::chrono::milliseconds kTick = 250ms;
constexpr std::chrono::milliseconds kDrain = 3s;
constexpr std::chrono::milliseconds kConnect = 6s;
// Tries that may hang at the same time, each with a thread and a socket.
constexpr std::size_t kMaxHanging = 8;
// A connection that held this long was no accident.
constexpr std::chrono::seconds kHeld{10};

/// The library may still call back for a connection that we closed: it knows workers by number.
struct Workers
{
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::weak_ptr<NatsWorker>> all;
    std::uint64_t next = 1;
};
Workers& workers()
{
    static Workers* const one = new Workers; // outlives the threads of the library
    return *one;
}
std::shared_ptr<NatsWorker> workerOf(void* id)
{
    const std::lock_guard lock(workers().mutex);
    const auto found = workers().all.find(reinterpret_cast<std::uint64_t>(id));
    return found == workers().all.end() ? nullptr : found->second.lock();
}

QString joined(const std::vector<std::string>& words)
{
    QStringList list;
    for (const std::string& word : words)
        list << QString::fromStdString(word);
    return list.join(u", "_s);
}

} // namespace

struct NatsWorker::Attempt
{
    std::mutex mutex;
    std::condition_variable changed;
    bool isDone = false;
    bool isLeft = false; // by us: nobody takes what comes of it
    natsStatus status = NATS_OK;
    QString reason;
    NatsLink link;
};

NatsWorker::NatsWorker(NatsSettings settings, const ConnectionContext& context,
                       std::shared_ptr<NatsIntake> intake, std::function<void()> changed)
    : m_settings(std::move(settings))
    , m_context(context)
    , m_intake(std::move(intake))
    , m_lags(m_settings, context)
    , m_changed(std::move(changed))
{
}

void NatsWorker::start()
{
    {
        const std::lock_guard lock(workers().mutex);
        m_id = workers().next++;
        workers().all.emplace(m_id, weak_from_this());
    }
    m_thread = std::thread([self = shared_from_this()] {
        self->run();
        nats_ReleaseThreadMemory();
    });
}

void NatsWorker::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = true;
        m_changed = nullptr;
        m_wake.notify_all();
    }
    if (!m_thread.joinable())
        return;
    m_thread.join();
    const std::lock_guard lock(workers().mutex);
    workers().all.erase(m_id);
}

ConnectionStatus NatsWorker::status() const
{
    const std::lock_guard lock(m_mutex);
    return m_status;
}

void NatsWorker::run()
{
    while (!isStopping() && session() == Outcome::Again)
        waitFor(nextWait());
    for (const auto& reader : m_readers)
        reader->finish();
    m_readers.clear();
    // Nobody will be back to end it.
    m_outage.end(m_context, processClock().nowNs());
}

std::chrono::milliseconds NatsWorker::nextWait()
{
    if (m_wasUp && std::chrono::steady_clock::now() - m_up > kHeld)
        m_backoff.reset();
    m_wasUp = false;
    return m_backoff.next();
}

NatsWorker::Outcome NatsWorker::session()
{
    auto options = natsOptionsFor(m_settings, m_intake->inboxPrefix(), m_servers);
    if (!options) {
        fail({options.error().message, true});
        return Outcome::Over;
    }
    void* const id = reinterpret_cast<void*>(m_id);
    natsOptions_SetClosedCB(options->get(), &onClosed, id);
    natsOptions_SetErrorHandler(options->get(), &onError, id);
    // Our questions to JetStream are not news to ourselves.
    if (!m_settings.streams.empty())
        natsOptions_SetNoEcho(options->get(), true);
    auto failure = connectWithin(std::move(*options));
    if (!failure && !isStopping()) {
        failure = attach();
        const Outcome outcome = failure ? Outcome::Again : serve();
        detach();
        if (!failure)
            return outcome;
    }
    if (isStopping())
        return Outcome::Over;
    fail(*failure);
    return failure->isFinal ? Outcome::Over : Outcome::Again;
}

std::optional<NatsFailure> NatsWorker::connectWithin(NatsOptions options)
{
    const NatsFailure silent = natsFailure(m_settings, NATS_TIMEOUT, {});
    std::erase_if(m_left, [](const auto& attempt) { return attempt.expired(); });
    if (m_left.size() >= kMaxHanging)
        return silent;
    const auto attempt = std::make_shared<Attempt>();
    std::thread([attempt, given = std::move(options)] {
        natsConnection* made = nullptr;
        const natsStatus status = natsConnection_Connect(&made, given.get());
        const QString reason = status == NATS_OK ? QString() : natsReason();
        NatsLink link(made);
        {
            const std::lock_guard lock(attempt->mutex);
            attempt->isDone = true;
            attempt->status = status;
            attempt->reason = reason;
            if (!attempt->isLeft)
                attempt->link = std::move(link);
            attempt->changed.notify_all();
        }
        link.reset();
        nats_ReleaseThreadMemory();
    }).detach();
    std::unique_lock lock(attempt->mutex);
    const auto deadline = std::chrono::steady_clock::now() + kConnect;
    while (!attempt->isDone && !isStopping() && std::chrono::steady_clock::now() < deadline)
        attempt->changed.wait_for(lock, 20ms);
    if (!attempt->isDone) {
        attempt->isLeft = true;
        m_left.push_back(attempt);
        return silent;
    }
    m_link = std::move(attempt->link);
    if (attempt->status == NATS_OK)
        return std::nullopt;
    return natsFailure(m_settings, attempt->status, attempt->reason);
}

void NatsWorker::learnServers()
{
    char** servers = nullptr;
    int count = 0;
    if (natsConnection_GetDiscoveredServers(m_link.get(), &servers, &count) != NATS_OK)
        return;
    m_servers.clear();
    for (int i = 0; i < count; ++i) {
        m_servers.emplace_back(servers[i]);
        std::free(servers[i]);
    }
    std::free(servers);
}

std::optional<NatsFailure> NatsWorker::makeReaders(std::vector<std::string>& patterns)
{
    for (const std::string& stream : m_settings.streams) {
        NatsStreamState state;
        if (auto failure = readStreamState(m_js.get(), m_settings, stream, state)) {
            // Once it was there; perhaps it comes back.
            failure->isFinal = failure->isFinal && !m_outage.isOn();
            return failure;
        }
        const auto isIts = [&](const auto& reader) { return reader->stream() == stream; };
        if (std::ranges::any_of(m_readers, isIts))
            continue;
        if (!state.isWorkedOff) {
            m_readers.push_back(std::make_shared<NatsOrderedReader>(m_intake, m_settings, stream));
            continue;
        }
        if (m_settings.isHistory() || m_settings.to.what != Position::What::Never) {
            m_readers.push_back(std::make_shared<NatsSequenceReader>(m_intake, m_settings, stream));
            continue;
        }
        m_workedOff << QString::fromStdString(stream);
        for (const std::string& subject : state.subjects) {
            for (std::string& pattern : natsNarrowed(subject, m_settings.subjects))
                patterns.push_back(std::move(pattern));
        }
    }
    return std::nullopt;
}

std::optional<NatsFailure> NatsWorker::attach()
{
    std::vector<std::string> patterns;
    if (!m_settings.streams.empty()) {
        jsOptions options;
        jsOptions_Init(&options);
        if (!m_settings.domain.empty())
            options.Domain = m_settings.domain.c_str();
        jsCtx* js = nullptr;
        if (natsConnection_JetStream(&js, m_link.get(), &options) != NATS_OK)
            return NatsFailure{u"JetStream cannot be used: %1."_s.arg(natsReason()), true};
        m_js.reset(js);
        m_workedOff.clear();
        if (auto failure = makeReaders(patterns))
            return failure;
    } else {
        patterns = m_settings.subjects;
    }
    if (m_settings.hasInbox)
        patterns.emplace_back(kNatsInboxes);
    if (m_settings.hasAdvisories)
        patterns.emplace_back(kNatsAdvisories);
    m_core = std::make_unique<NatsCore>(m_intake);
    if (auto failure = m_core->attach(m_link.get(), m_settings, patterns))
        return failure;
    for (const auto& reader : m_readers) {
        if (auto failure = reader->attach(m_link.get(), m_js.get(), m_outage.from()))
            return failure;
    }
    QStringList unmatched;
    if (m_js) {
        for (const QString& name : natsStreamNames(m_js.get())) {
            if (std::ranges::find(m_settings.streams, name.toStdString()) ==
                m_settings.streams.end())
                unmatched << u"stream "_s + name;
        }
    }
    {
        const std::lock_guard lock(m_mutex);
        m_status.subscribed = m_core->listening();
        for (const auto& reader : m_readers)
            m_status.subscribed << u"stream "_s + QString::fromStdString(reader->stream());
        m_status.unmatched = unmatched;
        m_status.denied = m_core->denied();
        if (m_settings.isHistory() || m_settings.to.what != Position::What::Never)
            tellExpected();
        if (m_outage.isOn())
            ++m_status.reconnects;
    }
    const bool isFilled =
        m_core->isEmpty() && std::ranges::all_of(m_readers, &NatsStreamReader::fillsOutages);
    m_outage.end(m_context, processClock().nowNs(), isFilled);
    m_up = std::chrono::steady_clock::now();
    m_wasUp = true;
    m_isBehind = false;
    m_lags.attach();
    learnServers();
    tellPresence();
    become(ConnectionStatus::State::Up, attachedText());
    return std::nullopt;
}

void NatsWorker::tellExpected()
{
    m_status.expectedMessages = m_status.expectedBytes = m_readers.empty() ? -1 : 0;
    for (const auto& reader : m_readers) {
        if (reader->expected() < 0 || m_status.expectedMessages < 0) {
            m_status.expectedMessages = m_status.expectedBytes = -1;
            return;
        }
        m_status.expectedMessages += reader->expected();
        m_status.expectedBytes += std::max<std::int64_t>(reader->expectedBytes(), 0);
    }
}

QString NatsWorker::attachedText() const
{
    QStringList parts;
    for (const auto& reader : m_readers)
        parts << u"the stream “%1”"_s.arg(QString::fromStdString(reader->stream()));
    for (const QString& subject : m_core->listening())
        parts << u"“%1”"_s.arg(subject);
    QString text = u"Attached to %1: %2."_s.arg(m_settings.where(), parts.join(u", "_s));
    if (!m_workedOff.isEmpty()) {
        text += u" %1 is worked off by others, so its subjects are heard without a consumer of "
                "ours."_s.arg(m_workedOff.join(u", "_s));
    }
    if (!m_core->denied().isEmpty())
        text += u" Not permitted to listen to “%1”."_s.arg(m_core->denied().join(u"”, “"_s));
    if (const QString trouble = m_lags.trouble(); !trouble.isEmpty())
        text += u' ' + trouble;
    return text;
}

void NatsWorker::tellPresence()
{
    QStringList presence;
    const QStringList subjects = m_core->listening();
    const bool isAll = subjects.contains(u">"_s);
    if (!subjects.isEmpty()) {
        presence << u"The server sends each message that we listen to once more, to us."_s;
        presence << (isAll
                         ? u"Listening to “>” counts as interest in every subject: a request that "
                           "nobody serves is no longer refused at once (“no responders”) but runs "
                           "into its timeout. Narrower subjects avoid it, for example "
                           "subject=swarm.>."_s
                         : u"A request to one of our subjects that nobody serves is no longer "
                           "refused at once (“no responders”) but runs into its timeout."_s);
    }
    if (isAll && m_settings.streams.empty()) {
        if (const auto seen = m_intake->seen(); !seen.empty()) {
            QStringList narrow;
            for (const std::string& word : seen)
                narrow << QString::fromStdString(word) + u".>"_s;
            presence << u"Everything so far was under: %1."_s.arg(narrow.join(u", "_s));
        }
    }
    if (!subjects.isEmpty() && !isAll && !m_settings.hasInbox) {
        presence << u"Answers are not heard: they go to “_INBOX.>”, which inbox=1 adds."_s;
    }
    for (const auto& reader : m_readers) {
        if (const QString sentence = reader->presence(); !sentence.isEmpty())
            presence << sentence;
    }
    if (m_settings.watchesLag && !m_settings.streams.empty())
        presence
            << u"Every 2 s we ask how far the consumers of the streams are behind; others see the question in JetStream's advisories. lag=off does without."_s;
    if (!m_workedOff.isEmpty()) {
        presence << u"%1 gets no consumer of ours, which would keep messages from being deleted or "
                    "be refused."_s.arg(m_workedOff.join(u", "_s));
    }
    const std::lock_guard lock(m_mutex);
    m_status.presence = presence;
}

NatsWorker::Outcome NatsWorker::serve()
{
    while (!isStopping()) {
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait_for(lock, kTick, [this] { return m_isStopping || m_isNudged; });
            m_isNudged = false;
            if (m_isStopping)
                break;
        }
        if (natsConnection_IsClosed(m_link.get()))
            return whenCut();
        tick();
        const bool isEnded =
            !m_readers.empty() && m_settings.to.what != Position::What::Never &&
            std::ranges::all_of(m_readers, [](const auto& reader) { return reader->isEnded(); });
        if (isEnded) {
            detach();
            become(ConnectionStatus::State::Stopped,
                   u"Read to the end that was asked for: %1 of %2."_s.arg(
                       joined(m_settings.streams), m_settings.where()));
            return Outcome::Over;
        }
    }
    return Outcome::Over;
}

NatsWorker::Outcome NatsWorker::whenCut()
{
    m_outage.begin(processClock().nowNs());
    const char* text = nullptr;
    const natsStatus status = natsConnection_GetLastError(m_link.get(), &text);
    const QString reason = natsReason(m_link.get());
    if (status == NATS_CONNECTION_AUTH_FAILED) {
        const NatsFailure failure = natsFailure(m_settings, status, reason);
        fail(failure);
        return Outcome::Over;
    }
    const QString why = reason.isEmpty() ? QString() : u" (%1)"_s.arg(reason);
    fail({u"The connection to NATS at %1 was cut%2. Trying again."_s.arg(m_settings.where(), why),
          false});
    return Outcome::Again;
}

void NatsWorker::attachAgain()
{
    m_isBehind = true;
    for (const auto& reader : m_readers) {
        if (reader->isEnded() || reader->tick(m_js.get(), processClock().nowNs()))
            continue;
        if (auto failure = reader->attach(m_link.get(), m_js.get(), 0)) {
            become(ConnectionStatus::State::Retrying, failure->sentence);
            return;
        }
    }
    m_isBehind = false;
    tellPresence();
    become(ConnectionStatus::State::Up, attachedText());
}

void NatsWorker::tick()
{
    const std::int64_t now = processClock().nowNs();
    m_core->tellDrops(now);
    bool areWell = !m_isBehind;
    for (const auto& reader : m_readers)
        areWell = reader->tick(m_js.get(), now) && areWell;
    if (!areWell)
        attachAgain();
    else if (m_lags.tick(m_js.get(), now))
        become(ConnectionStatus::State::Up, attachedText());
    if (m_settings.streams.empty())
        tellPresence();
}

std::int64_t NatsWorker::received() const
{
    natsStatistics* made = nullptr;
    std::uint64_t messages = 0;
    if (natsStatistics_Create(&made) == NATS_OK &&
        natsConnection_GetStats(m_link.get(), made) == NATS_OK)
        natsStatistics_GetCounts(made, &messages, nullptr, nullptr, nullptr, nullptr);
    natsStatistics_Destroy(made);
    return static_cast<std::int64_t>(messages);
}

void NatsWorker::detach()
{
    if (!m_link)
        return;
    const bool isThere = natsConnection_Status(m_link.get()) == NATS_CONN_STATUS_CONNECTED;
    for (const auto& reader : m_readers)
        reader->detach(isThere ? m_js.get() : nullptr);
    if (m_core)
        m_core->drain(kDrain);
    // With streams, answers to our own questions came as well, and cannot be told apart here; but
    // then the outage's gap says that the number is unknown.
    if (m_core && m_settings.streams.empty() && natsConnection_IsClosed(m_link.get()))
        m_core->tellThrownAway(received(), m_outage.from(), processClock().nowNs());
    m_js.reset();
    natsConnection_Close(m_link.get());
    m_link.reset();
}

void NatsWorker::become(ConnectionStatus::State state, const QString& detail)
{
    std::function<void()> changed;
    {
        const std::lock_guard lock(m_mutex);
        m_status.state = state;
        m_status.detail = detail;
        changed = m_changed;
    }
    if (changed)
        changed();
}

void NatsWorker::fail(const NatsFailure& failure)
{
    become(failure.isFinal ? ConnectionStatus::State::Failed : ConnectionStatus::State::Retrying,
           failure.sentence);
}

void NatsWorker::waitFor(std::chrono::milliseconds time)
{
    std::unique_lock lock(m_mutex);
    m_wake.wait_for(lock, time, [this] { return m_isStopping; });
}

bool NatsWorker::isStopping() const
{
    const std::lock_guard lock(m_mutex);
    return m_isStopping;
}

void NatsWorker::onClosed(natsConnection*, void* id)
{
    const auto worker = workerOf(id);
    if (!worker)
        return;
    const std::lock_guard lock(worker->m_mutex);
    worker->m_isNudged = true;
    worker->m_wake.notify_all();
}

// Slow consumers and refusals are asked for where they matter; without a handler of ours the
// library would print them.
void NatsWorker::onError(natsConnection*, natsSubscription*, natsStatus, void*)
{
}

} // namespace murmur
