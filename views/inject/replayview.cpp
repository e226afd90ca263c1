// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/replayview.h"

#include "bus/endpoint.h"
#include "bus/profile.h"
#include "bus/writepermission.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/inject/profilewatch.h"
#include "views/inject/replayform.h"
#include "views/inject/replayreportpane.h"

#include <QComboBox>
#include <QJsonDocument>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QtConcurrent>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// What is remembered of a wish: how, never what and where to.
constexpr const char* kRemembered[] = {"speed", "rate",  "fast",     "step",      "skip_idle",
                                       "ids",   "times", "catch_up", "no_replies"};

/// Of a job that was cut off; empty: it was not.
QString mayComeTwice(const ReplayJobRecord& job)
{
    return job.state == replayCutOff() ? cutOffWarning(job) : QString();
}

} // namespace

ReplayView::ReplayView(const ViewContext& context, QWidget* parent,
                       const std::function<QLineEdit*()>& makeFilter)
    : ReplayView(context, &createPublisher, parent, makeFilter)
{
}

ReplayView::ReplayView(const ViewContext& context, Injector::MakePublisher make, QWidget* parent,
                       const std::function<QLineEdit*()>& makeFilter)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Replay onto a bus"), this))
    , m_desk(new ReplayDesk(std::move(make), this))
    , m_ownArming(std::make_unique<InjectionDesk>())
{
    m_pool.setMaxThreadCount(1);
    m_ticker.setInterval(100);
    build(makeFilter);
    connectParts();
    connect(new ProfileWatch(this), &ProfileWatch::changed, this, &ReplayView::showTarget);
    setArming(m_ownArming.get());
    showTarget();
    onSessionChanged();
}

ReplayView::~ReplayView() = default;

void ReplayView::setArming(InjectionDesk* shared)
{
    if (arming())
        arming()->disconnect(this);
    m_desk->setArming(shared);
    connect(shared, &InjectionDesk::armingChanged, this, &ReplayView::showState);
    if (shared != m_ownArming.get())
        m_ownArming.reset();
    showState();
}

void ReplayView::setSecrets(std::function<ConnectionOptions(const QUrl&)> secrets)
{
    m_secrets = std::move(secrets);
}

void ReplayView::setConnections(const std::vector<ConnectionInfo>& connections)
{
    QStringList urls;
    for (const ConnectionInfo& connection : connections)
        urls << connection.url;
    if (std::exchange(m_attached, urls) != urls)
        offerTargets();
}

void ReplayView::setOtherTargets(const QStringList& urls)
{
    if (std::exchange(m_others, urls) != urls)
        offerTargets();
}

/// Those to which something can be sent: attached, heard, of profiles, used before.
void ReplayView::offerTargets()
{
    QStringList urls = m_attached + m_heard;
    if (const auto profiles = Profiles::load()) {
        for (const Profile& profile : profiles->all()) {
            const auto all = profile.urls();
            for (const QUrl& url : all ? *all : std::vector<QUrl>())
                urls << url.toString();
        }
    }
    urls += m_others;
    urls.removeDuplicates();
    urls.removeIf([](const QString& url) { return !createPublisher(QUrl(url), {}); });
    const QString typed = m_target->currentText();
    const QSignalBlocker blocker(m_target);
    m_target->clear();
    m_target->addItems(urls);
    m_target->setEditText(typed);
}

QUrl ReplayView::target() const
{
    return QUrl(m_target->currentText().trimmed());
}

QUrl ReplayView::armable() const
{
    return m_desk->isRunning() ? m_desk->target() : target();
}

Environment ReplayView::environment() const
{
    return environmentOf(target());
}

ReplayWish ReplayView::wish() const
{
    ReplayWish wish = m_form->wish();
    wish.to = m_target->currentText().trimmed().toStdString();
    if (!m_same->isHidden())
        wish.confirm = m_same->text().trimmed().toStdString();
    return wish;
}

/// Empty as long as it names no bus. The host of production is typed by the person, also there.
QString ReplayView::command() const
{
    const ReplayWish said = m_desk->isRunning() ? m_desk->wish() : wish();
    if (said.to.empty())
        return {};
    const QUrl to(QString::fromStdString(said.to));
    const bool isProduction = environmentOf(to) == Environment::Production;
    const QString arm = isProduction ? u" --arm=HOST"_s : u" --arm"_s;
    if (m_resumed && !m_files.isEmpty()) // where to and what is kept with it
        return u"murmur replay %1 --resume %2"_s.arg(shellWord(m_files.front()), m_resumed->id) +
               arm;
    return replayCommand(said, m_files) + arm;
}

void ReplayView::showCommand()
{
    m_command->setText(command());
    m_command->setCursorPosition(0);
}

Result<ReplayOrder> ReplayView::order() const
{
    const Session* session = shared()->session();
    if (!session)
        return Error{ErrorCode::WrongUse, tr("There is no recording to send from. Open one.")};
    if (target().scheme().isEmpty())
        return Error{ErrorCode::WrongUse,
                     tr("Where to? Name the bus, for example nats://127.0.0.1:4222.")};
    ReplayOrder order;
    order.wish = wish();
    auto read = readWish(
        order.wish, target(),
        {session->seen().time, session->dictionaries(),
         [this](const QString& number) -> Result<Seq> {
             const auto known = m_numbers.find(number);
             if (known == m_numbers.end())
                 return Error{ErrorCode::NotFound, tr("There is no message %1.").arg(number)};
             return known->second;
         }});
    if (!read)
        return read.error();
    order.read = std::move(*read);
    if (m_secrets)
        order.read.connection = m_secrets(target());
    if (!m_secret->text().isEmpty())
        order.read.connection.password = m_secret->text().toUtf8();
    order.source = session->source();
    order.recording = m_recording;
    order.job = m_resumed.value_or(ReplayJobRecord());
    if (order.job.id.isEmpty())
        order.job = newReplayJob();
    return order;
}

/// Numbers of several recordings are looked up one after the other.
QString ReplayView::unresolvedNumber() const
{
    for (const std::string& text : m_form->wish().seqs) {
        for (const QString& end : QString::fromStdString(text).split(u".."_s)) {
            if (!m_numbers.contains(end))
                return end;
        }
    }
    return {};
}

void ReplayView::resolve(const QString& number)
{
    m_seqJob.start(
        this,
        [session = shared()->session(), number](std::stop_token) {
            return session->seqNamed(number);
        },
        [this, number](const Result<Seq>& seq) {
            m_numbers.insert_or_assign(number, seq);
            look();
        });
}

void ReplayView::look()
{
    if (m_desk->isRunning())
        return;
    m_forecast.reset();
    if (shared()->session()) {
        if (const QString number = unresolvedNumber(); !number.isEmpty())
            return resolve(number);
    }
    const auto wanted = order();
    if (wanted)
        foresee(*wanted);
    else
        showProblem(wanted.error().message);
}

void ReplayView::foresee(const ReplayOrder& order)
{
    const auto asked = m_desk->ask(order);
    if (!asked)
        return showProblem(asked.error().message);
    ReplayOptions options = order.read.options;
    options.job = order.job.id.toLatin1();
    options.skip = order.job.position;
    *m_percent = 0;
    m_report->showLooking(0);
    m_ticker.start();
    m_lookJob.start(
        this,
        [&](std::stop_token stop) {
            return QtConcurrent::run(&m_pool, [source = order.source, options, asked = *asked,
                                               stop = std::move(stop), percent = m_percent] {
                return foreseeReplay(
                    source, options, asked.guards, asked.traits,
                    [&](std::int64_t done, std::int64_t total) {
                        *percent = static_cast<int>(total > 0 ? done * 100 / total : 0);
                    },
                    stop);
            });
        },
        [this, order, guards = asked->guards](const Result<ReplayForecast>& forecast) {
            m_ticker.stop();
            if (!forecast)
                return showProblem(forecast.error().message);
            m_forecast = *forecast;
            m_showForecast = [this, order, guards] {
                const auto refusal = guards->mayStart(arming()->arming(), steadyNow());
                // On a machine of one's own the next press arms it.
                const bool isBarred = refusal && (refusal->guard != Guard::NotArmed ||
                                                  environment() != Environment::Dev);
                m_report->showForecast(*m_forecast, order.read,
                                       isBarred ? refusal->sentence : QString(), order.job.position,
                                       mayComeTwice(order.job));
            };
            m_showForecast();
            showState();
            Q_EMIT looked();
        });
    showState();
}

void ReplayView::goOn()
{
    if (m_desk->isRunning()) {
        if (m_desk->isStepping() || m_desk->isPaused())
            m_desk->step();
    } else if (m_forecast) {
        send();
    } else if (!m_lookJob.isBusy() && !m_seqJob.isBusy()) {
        look();
    }
}

void ReplayView::send()
{
    if (m_forecast->tally.messages == 0)
        return showProblem(tr("There is nothing to send."));
    auto wanted = order();
    if (wanted)
        m_expected = m_forecast->tally.messages - m_forecast->capped;
    const Status started = wanted ? m_desk->start(std::move(*wanted)) : Status(wanted.error());
    if (!started) {
        // What was looked at still holds: it can be armed and sent.
        const auto seen = m_forecast;
        showProblem(started.error().message);
        m_forecast = seen;
        if (!m_host->isHidden() && !arming()->isArmedFor(target()))
            m_host->setFocus();
    }
    showState();
}

void ReplayView::changePace()
{
    if (auto changed = m_desk->setPace(m_form->wish()); !changed) {
        m_header->setFacts(changed.error().message, Theme::current().warning);
        return;
    }
    showCommand();
}

void ReplayView::toggleArmed()
{
    if (arming()->isArmedFor(armable())) {
        arming()->disarm();
        return;
    }
    showTarget(); // it may be another environment by now
    if (auto armed = arming()->arm(target(), m_host->text()); !armed) {
        const auto seen = m_forecast;
        showProblem(armed.error().message);
        m_forecast = seen;
        if (!m_host->isHidden())
            m_host->setFocus();
    } else {
        m_host->clear(); // each arming is confirmed anew
        if (m_forecast && !m_desk->isRunning())
            m_showForecast(); // what stood in the way is gone
    }
    showState();
}

void ReplayView::pauseOrResume()
{
    if (m_desk->isPaused())
        m_desk->resume();
    else
        m_desk->pause();
}

void ReplayView::takeJob(int row)
{
    if (row < 0 || row >= static_cast<int>(m_kept.size()) || m_desk->isRunning())
        return;
    const ReplayJobRecord job = m_kept[static_cast<std::size_t>(row)];
    ReplayWish wish;
    takeWish(job.options, wish);
    m_target->setEditText(job.target);
    m_form->setWish(wish);
    if (job.state != replayStateName(ReplayReport::State::Finished))
        m_resumed = job;
    look();
}

void ReplayView::onSessionChanged()
{
    m_desk->cancel();
    m_lookJob.cancel();
    m_seqJob.cancel();
    m_ticker.stop();
    m_numbers.clear();
    m_files.clear();
    m_heard.clear();
    m_recording.clear();
    m_kept.clear();
    showJobs();
    readInfo();
    onEdited();
}

void ReplayView::readInfo()
{
    Session* session = shared()->session();
    if (!session)
        return;
    m_infoJob.start(
        this, [session](std::stop_token) { return session->info(); },
        [this](const Result<SessionInfo>& info) {
            if (!info)
                return;
            m_files.clear();
            for (const RecordingInfo& one : info->recordings)
                m_files << one.path;
            if (m_files.isEmpty())
                m_files << info->path;
            m_recording = m_files.front();
            m_heard.clear();
            for (const ConnectionInfo& connection : info->connections)
                m_heard << connection.url;
            offerTargets();
            showTarget();
            readJobs();
        });
}

void ReplayView::readJobs()
{
    if (m_recording.isEmpty())
        return;
    m_jobsJob.start(
        this,
        [this](std::stop_token) {
            return QtConcurrent::run(&m_pool,
                                     [recording = m_recording] { return replayJobsOf(recording); });
        },
        [this](Result<std::vector<ReplayJobRecord>> jobs) {
            if (!jobs)
                return;
            m_kept = std::move(*jobs);
            std::ranges::reverse(m_kept);
            showJobs();
        });
}

void ReplayView::onEdited()
{
    m_lookJob.cancel();
    m_ticker.stop();
    m_forecast.reset();
    m_showForecast = {}; // it holds what it would be read from
    m_resumed.reset();
    showCommand();
    if (!m_desk->isRunning())
        m_report->showHint();
    showState();
}

void ReplayView::showProblem(const QString& sentence)
{
    m_ticker.stop();
    m_forecast.reset();
    m_report->showProblem(sentence);
    showState();
    Q_EMIT looked();
}

QString ReplayView::asText() const
{
    return command() + u"\n\n"_s + m_report->asText();
}

QByteArray ReplayView::saveState() const
{
    const QJsonObject all = wishToJson(m_form->wish());
    QJsonObject kept;
    for (const char* name : kRemembered) {
        if (const QJsonValue value = all[QLatin1StringView(name)]; !value.isUndefined())
            kept.insert(QLatin1StringView(name), value);
    }
    return QJsonDocument(kept).toJson(QJsonDocument::Compact);
}

void ReplayView::restoreState(const QByteArray& state)
{
    ReplayWish wish;
    takeWish(QJsonDocument::fromJson(state).object(), wish);
    m_form->setWish(wish);
}

} // namespace murmur
