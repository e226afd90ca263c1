// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/trial.h"

#include "dialect/dialect.h"
#include "session/urldialects.h"
#include "session/whoanswers.h"

#include <QThread>
#include <QUrlQuery>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::size_t kMostThreads = 8;
constexpr std::size_t kMostKnocks = 50;
constexpr qsizetype kStartLength = 160;

QString textOf(std::string_view bytes)
{
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

std::string_view viewOf(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

/// The beginning of a payload on one line; bytes that are no text as hexadecimal numbers.
QString startOf(std::string_view payload)
{
    // Cut between two characters, not within one.
    std::size_t length = std::min(payload.size(), static_cast<std::size_t>(kStartLength));
    while (length < payload.size() && length > 0 &&
           (static_cast<unsigned char>(payload[length]) & 0xc0) == 0x80)
        --length;
    const QString text = textOf(payload.substr(0, length));
    const bool isBinary = std::ranges::any_of(text, [](QChar c) {
        return c == QChar::ReplacementCharacter || (c.unicode() < 0x20 && !c.isSpace());
    });
    if (!isBinary)
        return text.simplified();
    const auto few = std::min<qsizetype>(static_cast<qsizetype>(payload.size()), 24);
    return QString::fromLatin1(QByteArray(payload.data(), few).toHex(' '));
}

/// What reads the past would go on to read all of it.
bool readsThePast(const QUrl& url)
{
    return url.scheme() == "file"_L1 || QUrlQuery(url).hasQueryItem(u"from"_s);
}

} // namespace

/// What the threads of the connections share with the trial. Outlives both.
struct Trial::State : public MessageSink
{
    explicit State(ConnectionOptions given)
        : options(std::move(given))
    {
    }

    void hear(std::vector<HeardMessage>&& batch) override;
    [[nodiscard]] bool hearIfRoom(std::vector<HeardMessage>& batch) override;
    void note(Gap) override {}
    void keep(HeardMessage& message);
    /// As a recording would name it.
    [[nodiscard]] std::string nameOf(std::size_t connection) const;
    /// What the URL of a connection names reads it.
    Status useDialects(std::size_t connection);
    void attach(std::size_t i, QObject* home);

    const ConnectionOptions options;
    std::vector<QUrl> urls;
    std::vector<std::unique_ptr<QThread>> threads;
    std::vector<QObject*> homes; ///< one in each thread; deleted when it ends
    std::atomic<int> running = 0;
    std::atomic<bool> hasNews = false;

    std::mutex mutex; // guards what follows
    std::vector<TrialConnection> connections;
    std::vector<TrialMessage> messages;
    std::size_t kept = 0;
    std::optional<Intake> intake;
    std::vector<DialectRule> dialects; ///< that the URLs name
    DialectChooser chooser;
    Interpretation read;
    std::string padded;
};

void Trial::State::hear(std::vector<HeardMessage>&& batch)
{
    const std::lock_guard lock(mutex);
    for (HeardMessage& message : batch) {
        TrialConnection& connection = connections[index(message.connection)];
        ++connection.heard;
        connection.bytes += message.raw.size() + message.headers.size();
        if (kept < kMostMessages)
            keep(message);
    }
    hasNews = true;
}

bool Trial::State::hearIfRoom(std::vector<HeardMessage>& batch)
{
    {
        const std::lock_guard lock(mutex);
        if (kept >= kMostMessages)
            return false; // a file waits
    }
    hear(std::move(batch));
    return true;
}

void Trial::State::keep(HeardMessage& message)
{
    ++kept;
    TrialMessage shown;
    shown.size = message.raw.size();
    intake->apply(message);
    padded.assign(viewOf(message.raw));
    padded.append(kPadding, '\0');
    MessageView view;
    view.topic = viewOf(message.topic);
    view.raw = std::string_view(padded).substr(0, padded.size() - kPadding);
    view.headers = viewOf(message.headers);
    view.peer = viewOf(message.peer);
    view.flags = message.flags;
    const std::string connection = nameOf(index(message.connection));
    view.connection = connection;
    read.clear();
    // One dialect is looked for anew each time: there are too few messages for a cache to matter.
    if (message.undecodable.isEmpty())
        chooser.interpret(index(message.connection), static_cast<std::uint32_t>(kept), view, read);
    shown.received = message.received;
    shown.connection = index(message.connection);
    shown.topic = textOf(read.topic.empty() ? view.topic : read.topic);
    shown.sender = textOf(read.sender.empty() ? view.peer : read.sender);
    shown.kind = read.kind;
    shown.type = textOf(read.type);
    shown.isUndecoded = !message.undecodable.isEmpty() || !read.undecodable.empty();
    shown.start = (message.flags & Withheld) != 0
                      ? u"left out by rule"_s
                      : startOf(read.payload.data() != nullptr ? read.payload : view.raw);
    messages.push_back(std::move(shown));
}

std::string Trial::State::nameOf(std::size_t connection) const
{
    return (options.name.isEmpty() ? shownUrl(urls[connection]) : options.name).toStdString();
}

Status Trial::State::useDialects(std::size_t connection)
{
    auto rules = dialectsOfUrl(urls[connection]);
    if (!rules)
        return rules.error();
    if (rules->empty())
        return Done{};
    const std::lock_guard lock(mutex);
    for (DialectRule& rule : *rules) {
        rule.connection = static_cast<std::uint32_t>(connection);
        dialects.push_back(std::move(rule));
    }
    chooser.use(dialects);
    return Done{};
}

/// Runs in the thread of `home`, which owns the connection.
void Trial::State::attach(std::size_t i, QObject* home)
{
    const auto fail = [this, i](const QString& sentence) {
        const std::lock_guard lock(mutex);
        connections[i].failure = sentence;
        hasNews = true;
    };
    if (urls[i].scheme() == "stdin"_L1) {
        fail(u"Standard input can be read only once: record it, there is nothing to try."_s);
        return;
    }
    if (const Status named = useDialects(i); !named) {
        fail(named.error().message);
        return;
    }
    auto made =
        createConnection(urls[i], {ConnectionId(static_cast<std::uint32_t>(i)), this, options});
    if (!made) {
        fail(made.error().message);
        return;
    }
    Connection* connection = made->release();
    connection->setParent(home);
    const auto note = [this, i, connection] {
        ConnectionStatus status = connection->status();
        const std::lock_guard lock(mutex);
        connections[i].wasUp |= status.state == ConnectionStatus::State::Up;
        connections[i].status = std::move(status);
        hasNews = true;
    };
    QObject::connect(connection, &Connection::statusChanged, home, note);
    const Status started = connection->start();
    if (!started)
        fail(started.error().message);
    note();
}

TrialConnection::Verdict TrialConnection::verdict(bool isTimeUp) const
{
    using State = ConnectionStatus::State;
    if (!failure.isEmpty() || (status.state == State::Failed && !wasUp))
        return Verdict::Failed;
    if (wasUp || status.state == State::Stopped)
        return Verdict::Attached;
    return isTimeUp ? Verdict::Unanswered : Verdict::Waiting;
}

QString TrialConnection::sentence(bool isTimeUp) const
{
    if (!failure.isEmpty())
        return failure;
    switch (verdict(isTimeUp)) {
    case Verdict::Waiting:
        return status.detail.isEmpty() ? u"Attaching …"_s : status.detail;
    case Verdict::Attached:
    case Verdict::Failed:
        return status.detail.isEmpty() ? u"Attached."_s : status.detail;
    case Verdict::Unanswered:
        if (!found.isEmpty())
            return found;
        return status.detail.isEmpty() || status.state == ConnectionStatus::State::Starting
                   ? u"%1 did not answer within %2 s: check the address, and whether a firewall "
                     "lies between."_s.arg(shownUrl(url))
                         .arg(Trial::kPatience.count())
                   : status.detail;
    }
    return {};
}

Trial::Trial(std::vector<QUrl> urls, ConnectionOptions options, IntakeRules rules, QObject* parent)
    : QObject(parent)
    , m_rules(std::move(rules))
    , m_state(std::make_unique<State>(std::move(options)))
{
    for (const QUrl& url : urls) {
        TrialConnection connection;
        connection.url = url;
        m_state->connections.push_back(std::move(connection));
    }
    m_state->urls = std::move(urls);
    m_timer.setInterval(100ms);
    connect(&m_timer, &QTimer::timeout, this, &Trial::look);
}

Trial::~Trial()
{
    stop();
    for (const auto& thread : m_state->threads)
        thread->wait();
}

Status Trial::start()
{
    auto intake = Intake::from(m_rules);
    if (!intake)
        return intake.error();
    m_state->intake.emplace(std::move(*intake));
    const std::size_t count = std::min(kMostThreads, m_state->urls.size());
    for (std::size_t i = 0; i < count; ++i) {
        auto& thread = m_state->threads.emplace_back(std::make_unique<QThread>());
        thread->setObjectName(u"trial"_s);
        auto* home = new QObject;
        home->moveToThread(thread.get());
        connect(thread.get(), &QThread::finished, home, &QObject::deleteLater);
        connect(thread.get(), &QThread::finished, this, [this] {
            if (--m_state->running == 0)
                Q_EMIT stopped();
        });
        m_state->homes.push_back(home);
        ++m_state->running;
        thread->start();
    }
    for (std::size_t i = 0; i < m_state->urls.size(); ++i) {
        QObject* home = m_state->homes[i % count];
        QMetaObject::invokeMethod(
            home, [state = m_state.get(), i, home] { state->attach(i, home); },
            Qt::QueuedConnection);
    }
    m_timer.start();
    QTimer::singleShot(kPatience - 1s, this, &Trial::knock);
    QTimer::singleShot(kPatience, this, [this] {
        m_isTimeUp = true;
        Q_EMIT changed();
    });
    return Done{};
}

void Trial::stop()
{
    if (std::exchange(m_isStopping, true))
        return;
    m_timer.stop();
    for (QObject* home : m_state->homes) {
        QMetaObject::invokeMethod(
            home,
            [home] {
                const QObjectList children = home->children(); // it shrinks below
                for (QObject* child : children) {
                    if (auto* connection = qobject_cast<Connection*>(child)) {
                        connection->disconnect(home);
                        connection->stop();
                        delete connection;
                    }
                }
                QThread::currentThread()->quit();
            },
            Qt::QueuedConnection);
    }
    if (m_state->homes.empty())
        QMetaObject::invokeMethod(this, &Trial::stopped, Qt::QueuedConnection);
}

std::vector<TrialConnection> Trial::connections() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->connections;
}

std::vector<TrialMessage> Trial::takeMessages()
{
    const std::lock_guard lock(m_state->mutex);
    return std::exchange(m_state->messages, {});
}

bool Trial::isDecided() const
{
    const std::lock_guard lock(m_state->mutex);
    return std::ranges::none_of(m_state->connections, [this](const TrialConnection& connection) {
        return connection.verdict(m_isTimeUp) == TrialConnection::Verdict::Waiting;
    });
}

/// Finds out who it is that does not answer as it should.
void Trial::knock()
{
    const auto all = connections();
    for (std::size_t i = 0; i < std::min(all.size(), kMostKnocks); ++i) {
        if (all[i].verdict(false) != TrialConnection::Verdict::Waiting ||
            all[i].url.host().isEmpty() || m_isStopping)
            continue;
        const bool isSilent = all[i].status.state == ConnectionStatus::State::Starting;
        whoAnswersAt(all[i].url, this)
            .then(this, [this, i, isSilent, url = all[i].url](const WhoAnswers& who) {
                // What the bus itself has found out is better than a guess.
                if (!isSilent && !who.isCertain())
                    return;
                const std::lock_guard lock(m_state->mutex);
                m_state->connections[i].found = who.sentence(url);
                m_state->hasNews = true;
            });
    }
}

void Trial::look()
{
    if (!m_state->hasNews.exchange(false))
        return;
    // The first messages were asked for, not the whole past: that is left alone from here.
    bool hasEnough = false;
    {
        const std::lock_guard lock(m_state->mutex);
        hasEnough = m_state->kept >= kMostMessages;
    }
    if (hasEnough && std::ranges::any_of(m_state->urls, readsThePast))
        stop();
    Q_EMIT changed();
}

} // namespace murmur
