// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialecting.h"

#include "mainwindow.h"
#include "session/dialectjobs.h"
#include "settings.h"
#include "studiosession.h"
#include "views/base/numbers.h"
#include "views/base/sharedview.h"
#include "views/connect/banner.h"
#include "views/dialect/coveragefigures.h"
#include "views/dialect/dialecteditor.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QVBoxLayout>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

const QString kDismissedKey = u"dialects/dismissed"_s;
constexpr qsizetype kMostDismissed = 200;
/// Fewer messages than this say nothing.
constexpr std::int64_t kFewest = 20;
/// A recording that runs is looked at again when it is so many times as long.
constexpr std::int64_t kGrowth = 4;
constexpr int kSampledLive = 4'000;

QFuture<Result<Dialecting::Looked>> lookAt(const Session& session, SampleRequest request)
{
    using Looked = Dialecting::Looked;
    return sampleMessages(session, std::move(request))
        .then(QtFuture::Launch::Async, [](const Result<MessageSample>& sample) -> Result<Looked> {
            if (!sample)
                return sample.error();
            Looked looked;
            looked.sample = std::make_shared<const MessageSample>(*sample);
            looked.coverage = coverageOf(*looked.sample);
            looked.suggestions = suggestionsFor(*looked.sample);
            return looked;
        });
}

bool isSameQuestion(const DialectQuestion& one, const DialectQuestion& other)
{
    return one.connection == other.connection && one.name == other.name &&
           std::ranges::equal(one.senders, other.senders, {}, &Suggestion::source,
                              &Suggestion::source);
}

/// Other fields that the messages may say.
QStringList proposedFields(const Dialecting::Looked& looked,
                           std::optional<std::uint32_t> connection)
{
    QStringList fields;
    for (const Suggestion& one : looked.suggestions) {
        const std::string_view name = dialectFieldName(one.field);
        const QString text = QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
        if ((!connection || one.connection == *connection) && one.field != DialectField::Sender &&
            !fields.contains(text))
            fields << text;
    }
    return fields;
}

QString shownBus(const QString& name)
{
    return name.isEmpty() ? Dialecting::tr("this connection") : name;
}

} // namespace

Dialecting::Dialecting(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
    , m_bar(new DialectBar(window.centralWidget()))
{
    if (auto* column = qobject_cast<QVBoxLayout*>(window.centralWidget()->layout()))
        column->insertWidget(column->indexOf(window.banner()) + 1, m_bar);
    connect(m_bar, &DialectBar::placeChosen, this, &Dialecting::choose);
    connect(m_bar, &DialectBar::editRequested, this, &Dialecting::edit);
    connect(m_bar, &DialectBar::chosen, this, &Dialecting::act);
    connect(m_bar, &DialectBar::dismissed, this, &Dialecting::dismiss);
    StudioSession* session = window.session();
    connect(m_bar, &DialectBar::cancelRequested, session, &StudioSession::cancelReread);
    connect(session, &StudioSession::opened, this, [this](const QString& path) {
        if (path != m_pendingPath && !m_report)
            m_pending.clear();
        m_lookedAt = 0;
        // One that was saved elsewhere when it ended is read again there.
        if (m_pending.empty())
            look();
        else
            readPending();
    });
    connect(session, &StudioSession::statusChanged, this, &Dialecting::lookAgainWhenGrown);
    connect(session, &StudioSession::stopped, this, [this](const Kept& kept) {
        m_pendingPath = kept.path;
        // Queued: the window first says what was kept.
        QMetaObject::invokeMethod(this, &Dialecting::readPending, Qt::QueuedConnection);
    });
    connect(session, &StudioSession::stateChanged, this, [this] {
        if (m_window.session()->state() == StudioSession::State::Attaching) {
            m_pending.clear();
            m_pendingPath.clear();
        }
        if (!m_window.shared()->session() && !m_window.session()->isRereading()) {
            m_sampling.cancel();
            m_question.reset();
            if (!m_report)
                m_bar->clear();
        }
    });
    connect(session, &StudioSession::rereadProgressed, this,
            [this](const QString& step, qint64 done, qint64 total) {
                if (m_window.session()->isRereading())
                    m_bar->showProgress(step.isEmpty() ? tr("Reading again:")
                                                       : tr("Reading again, %1:").arg(step),
                                        done, total);
            });
    connect(session, &StudioSession::rereadDone, this,
            [this](const RereadReport& report) { m_report = report; });
    connect(session, &StudioSession::rereadFailed, this, &Dialecting::showFailure);
}

Dialecting::~Dialecting()
{
    delete m_editor;
}

DialectEditor* Dialecting::editor() const
{
    return m_editor;
}

Coverage Dialecting::Looked::of(std::optional<std::uint32_t> connection) const
{
    Coverage sum;
    for (const CoverageRow& row : coverage) {
        if (row.topic.empty() && (!connection || row.connection == *connection))
            sum.add(row.coverage);
    }
    return sum;
}

void Dialecting::look()
{
    Session* const session = m_window.shared()->session();
    if (!session || m_window.isUnattended())
        return;
    m_lookedAt = session->seen().messages();
    if (m_lookedAt < kFewest)
        return;
    m_sampling.start(
        this,
        [session](const std::stop_token& stop) {
            SampleRequest request;
            if (session->isLive())
                request.messages = kSampledLive;
            request.stop = stop;
            return lookAt(*session, std::move(request));
        },
        [this](const Result<Looked>& looked) {
            if (looked)
                show(*looked);
        });
}

void Dialecting::lookAgainWhenGrown()
{
    const Session* const session = m_window.shared()->session();
    if (!session || !m_window.session()->isRecording() || m_sampling.isBusy() || !m_pending.empty())
        return;
    const std::int64_t now = session->seen().messages();
    if (now >= kFewest && now >= kGrowth * m_lookedAt)
        look();
}

void Dialecting::show(const Looked& looked)
{
    m_looked = looked;
    if (m_editor)
        m_editor->setSample(m_looked.sample);
    if (m_window.session()->isRereading())
        return;
    if (m_report) {
        tellResult(looked);
        return;
    }
    if (!m_pending.empty())
        return; // it was answered
    const auto before = std::exchange(m_question, questionFrom(looked));
    // Buttons do not move away under the mouse because another message has come.
    if (before && m_question && isSameQuestion(*before, *m_question))
        return;
    if (m_question)
        m_bar->ask(*m_question);
    else
        m_bar->clear();
}

/// About the connection with the most messages that name no sender, of those where few do.
std::optional<DialectQuestion> Dialecting::questionFrom(const Looked& looked) const
{
    const QStringList quiet = dismissed();
    std::optional<DialectQuestion> question;
    double most = 0;
    for (const CoverageRow& row : looked.coverage) {
        const double share = row.coverage.share(DialectField::Sender);
        const double nameless = static_cast<double>(row.coverage.messages) * (1 - share);
        if (!row.topic.empty() || row.coverage.messages < kFewest || share >= kWellCovered ||
            nameless <= most)
            continue;
        DialectQuestion one{row.connection, {}, share, looked.sample->total, {}};
        const std::string_view name = looked.sample->connectionName(row.connection);
        one.name = shownBus(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
        for (const Suggestion& suggestion : looked.suggestions) {
            if (suggestion.connection == row.connection && suggestion.field == DialectField::Sender)
                one.senders.push_back(suggestion);
        }
        const auto bus = std::ranges::find(looked.sample->connections, row.connection,
                                           &MessageSample::Connection::id);
        const bool isQuiet = bus != looked.sample->connections.end() &&
                             quiet.contains(QString::fromStdString(bus->url));
        if (one.senders.empty() || isQuiet)
            continue;
        most = nameless;
        question = std::move(one);
    }
    return question;
}

void Dialecting::choose(qsizetype place)
{
    if (!m_question || place < 0 || std::cmp_greater_equal(place, m_question->senders.size()))
        return;
    const DialectQuestion question = *m_question;
    const Suggestion& answer = question.senders[static_cast<std::size_t>(place)];
    const QString url = urlOf(question.connection);
    // What a person said of other fields stays.
    const auto kept = keptFor(question.connection);
    UserDialect dialect = kept ? *kept : UserDialect();
    if (!kept)
        dialect.description = tr("Who is talking on %1: %2")
                                  .arg(question.name, answer.source.described())
                                  .toStdString();
    dialect[DialectField::Sender] = {answer.source};
    // A name that is free, or that says the same already.
    const QString stem = kept ? QString::fromStdString(kept->name) : dialectNameFor(url);
    for (int i = 1;; ++i) {
        dialect.name = (i == 1 ? stem : u"%1-%2"_s.arg(stem).arg(i)).toStdString();
        const auto there = UserDialects::named(QString::fromStdString(dialect.name));
        if ((there && *there == dialect) || (!there && there.error().code == ErrorCode::NotFound))
            break;
    }
    if (const auto saved = UserDialects::save(dialect); !saved) {
        showFailure(saved.error());
        return;
    }
    use(std::make_shared<const UserDialect>(std::move(dialect)), question.connection);
}

void Dialecting::use(const std::shared_ptr<const UserDialect>& dialect,
                     std::optional<std::uint32_t> connection)
{
    m_connection = connection;
    m_name = QString::fromStdString(dialect->name);
    if (m_window.session()->isRecording()) {
        useFromNowOn(dialect, connection);
        return;
    }
    RereadOptions options;
    options.rules = rulesOf(dialect, connection);
    start(options, true);
}

void Dialecting::useFromNowOn(const std::shared_ptr<const UserDialect>& dialect,
                              std::optional<std::uint32_t> connection)
{
    for (const ConnectionInfo& one : m_window.session()->connections()) {
        if (!connection || index(one.id) == *connection)
            m_window.session()->apply({ConnectionWish::What::ReadBy, one.id, {m_name}});
    }
    m_sampling.cancel();
    m_question.reset();
    std::erase_if(m_pending,
                  [&](const DialectRule& rule) { return rule.connection == connection; });
    const auto rules = rulesOf(dialect, connection);
    m_pending.insert(m_pending.end(), rules.begin(), rules.end());
    m_actions = {[this] { edit(); }};
    m_bar->say(tr("What comes from now on is read by %1. What came before is read again when the "
                  "recording ends.")
                   .arg(m_name),
               {tr("Edit…")});
}

void Dialecting::readPending()
{
    if (m_pending.empty() || m_window.session()->path() != m_pendingPath ||
        m_window.session()->state() != StudioSession::State::Reading)
        return;
    RereadOptions options;
    options.rules = std::exchange(m_pending, {});
    start(options, false);
}

void Dialecting::readAgain()
{
    m_connection.reset();
    m_name.clear();
    start({}, false);
}

void Dialecting::start(const RereadOptions& options, bool canBeUndone)
{
    begin(canBeUndone);
    m_window.session()->reread(options);
}

void Dialecting::begin(bool canBeUndone)
{
    m_sampling.cancel();
    m_question.reset();
    m_report.reset();
    m_canBeUndone = canBeUndone;
    m_bar->showProgress(tr("Reading again:"), 0, 0);
}

void Dialecting::tellResult(const Looked& looked)
{
    const RereadReport report = *std::exchange(m_report, std::nullopt);
    QString sentence = tr("Read again: %1 of the messages name a sender now; %2 of %3 are read "
                          "otherwise than before.")
                           .arg(coverageText(looked.of(m_connection).share(DialectField::Sender)),
                                numberText(report.changed), numberText(report.messages));
    if (report.unreadable > 0)
        sentence += u' ' + tr("%1 in damaged blocks keep the reading that they had.")
                               .arg(numberText(report.unreadable));
    QStringList texts;
    m_actions.clear();
    const QStringList more = proposedFields(looked, m_connection);
    if (!m_name.isEmpty() && !more.isEmpty())
        sentence += u' ' + tr("The traffic also proposes: %1.").arg(more.join(u", "_s));
    if (!m_name.isEmpty()) {
        // From the editor it may be used without having been saved.
        sentence +=
            u' ' +
            (UserDialects::named(m_name).ok()
                 ? tr("Kept as %1.").arg(m_name)
                 : tr("The recording keeps %1; saved, it is there for others, too.").arg(m_name));
        texts << tr("Edit…");
        m_actions.emplace_back([this] { edit(); });
    }
    if (m_canBeUndone) {
        texts << tr("Undo");
        m_actions.emplace_back([this] { undo(); });
    }
    m_bar->say(sentence, texts);
    if (m_editor)
        m_editor->say(sentence);
}

/// As it was read before the last answer.
void Dialecting::undo()
{
    m_name.clear();
    begin(false);
    m_window.session()->undoReread();
}

void Dialecting::showFailure(const Error& error)
{
    m_actions.clear();
    if (error.code == ErrorCode::Cancelled) {
        // Back to the question.
        m_bar->clear();
        m_bar->say(error.message, {});
        look();
        return;
    }
    m_actions = {[this] { edit(); }};
    m_bar->say(error.message, {tr("Edit…")}, true);
    if (m_editor)
        m_editor->say(error.message, true);
}

void Dialecting::act(qsizetype action)
{
    if (action < 0 || std::cmp_greater_equal(action, m_actions.size()))
        return;
    const auto run = m_actions[static_cast<std::size_t>(action)];
    run();
}

QString Dialecting::urlOf(std::optional<std::uint32_t> connection) const
{
    if (!m_looked.sample || !connection)
        return {};
    const auto& all = m_looked.sample->connections;
    const auto found = std::ranges::find(all, *connection, &MessageSample::Connection::id);
    return found == all.end() ? QString() : QString::fromStdString(found->url);
}

QStringList Dialecting::dismissed() const
{
    QStringList urls;
    const QJsonArray kept =
        QJsonDocument::fromJson(m_window.settings().bytes(kDismissedKey)).array();
    for (const auto& url : kept)
        urls << url.toString();
    return urls;
}

void Dialecting::dismiss()
{
    if (!m_question)
        return; // a sentence was closed, no question
    QStringList urls = dismissed();
    urls.removeAll(urlOf(m_question->connection));
    urls.prepend(urlOf(m_question->connection));
    if (urls.size() > kMostDismissed)
        urls.resize(kMostDismissed);
    m_window.settings().setBytes(kDismissedKey,
                                 QJsonDocument(QJsonArray::fromStringList(urls)).toJson());
    m_question.reset();
}

} // namespace murmur
