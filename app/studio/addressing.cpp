// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "addressing.h"

#include "filteredit.h"
#include "incidentguide.h"
#include "mainwindow.h"
#include "placechooser.h"
#include "settings.h"
#include "startplan.h"
#include "statusline.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/base/shownzone.h"
#include "workspace.h"

#include <QClipboard>
#include <QEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QtConcurrent>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMostPasted = 128 * 1024; // characters: a book holds no moment
const QString kZoneKey = u"window/zone"_s;

/// What was found of the files of a link.
struct LinkedFiles
{
    QStringList paths;
    QString missing; ///< the first that is not there
};

/// A recording that was moved is looked for by its name where others are.
LinkedFiles findLinked(const std::vector<Moment::Recording>& recordings, const QStringList& folders)
{
    LinkedFiles found;
    for (const Moment::Recording& recording : recordings) {
        QStringList places{recording.path};
        const QString name = QFileInfo(recording.path).fileName();
        for (const QString& folder : folders)
            places << folder + u'/' + name;
        const auto place = std::ranges::find_if(places, [](const QString& path) {
            return path.startsWith(u'/') && QFileInfo(path).isFile();
        });
        if (place != places.end())
            found.paths << *place;
        else if (found.missing.isEmpty())
            found.missing = recording.path;
    }
    return found;
}

QString shortText(QString text)
{
    text = text.left(1000).simplified();
    return text.size() > 60 ? text.left(57) + u'…' : text;
}

} // namespace

Addressing::Addressing(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    connect(m_window.shared(), &SharedView::linkWanted, this, &Addressing::copyLink);
    if (!m_window.isUnattended()) {
        const QByteArray zone = m_window.settings().bytes(kZoneKey);
        if (!zone.isEmpty() && QTimeZone::isTimeZoneIdAvailable(zone))
            setShownZone(QTimeZone(zone));
    }
    m_zone = shownZone().id();
    m_window.installEventFilter(this);
    // The facts of a recording are known a moment after it is open, or, where this thread had to
    // wait, just before that is said.
    connect(m_window.session(), &StudioSession::connectionsChanged, this, &Addressing::checkUuids);
    connect(m_window.session(), &StudioSession::stateChanged, this, &Addressing::checkUuids);
}

/// Times are written anew in another zone, and the zone is remembered.
bool Addressing::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_zone != shownZone().id()) {
        m_zone = shownZone().id();
        if (!m_window.isUnattended())
            m_window.settings().setBytes(kZoneKey, m_zone);
        // What stands in titles is told of by these.
        QMetaObject::invokeMethod(
            this,
            [this] {
                Q_EMIT m_window.shared()->playheadChanged();
                Q_EMIT m_window.shared()->windowChanged();
            },
            Qt::QueuedConnection);
    }
    return QObject::eventFilter(watched, event);
}

void Addressing::say(const QString& sentence)
{
    m_window.statusLine()->say(sentence);
}

Moment Addressing::moment() const
{
    const SharedView* shared = m_window.shared();
    Moment moment;
    if (shared->session() == nullptr)
        return moment;
    const SessionInfo& info = m_window.session()->info();
    for (const QString& path : m_window.session()->paths()) {
        const auto known = std::ranges::find(info.recordings, path, &RecordingInfo::path);
        moment.recordings.push_back(
            {QFileInfo(path).absoluteFilePath(), known != info.recordings.end() ? known->uuid
                                                 : info.recordings.empty()      ? info.uuid
                                                                                : QString()});
    }
    if (moment.recordings.empty())
        moment.recordings.push_back(
            {QFileInfo(m_window.session()->path()).absoluteFilePath(), info.uuid});
    moment.at = shared->playhead();
    moment.window = shared->window();
    if (shared->selectedMessage() != 0)
        moment.select = QString::number(shared->selectedMessage());
    if (index(shared->selectedAgent()) != 0)
        moment.agent = QString::fromStdString(
            shared->session()->dictionaries()->agentName(shared->selectedAgent()));
    moment.where = shared->filter() ? shared->filter()->text() : QString();
    moment.view = m_window.workspace()->chosenView();
    return moment;
}

void Addressing::copyLink()
{
    SharedView* shared = m_window.shared();
    if (shared->session() == nullptr)
        return;
    const auto put = [this](const Moment& moment) {
        QGuiApplication::clipboard()->setText(linkOf(moment));
        say(tr("The link to this moment is in the clipboard: %1").arg(shownTime(*moment.at)));
    };
    Moment now = moment();
    // Of several recordings a message is named by its own number, which stays.
    if (now.recordings.size() < 2 || now.select.isEmpty()) {
        put(now);
        return;
    }
    RowRequest one;
    one.seqs = {shared->selectedMessage()};
    const std::vector<RecordingInfo> recordings = shared->session()->recordings();
    shared->session()->rows(one).then(
        this, [now, put, recordings](const Result<std::vector<MessageRow>>& rows) mutable {
            now.select.clear();
            if (rows && !rows->empty() && rows->front().recording < recordings.size())
                now.select = recordings[rows->front().recording].label + u':' +
                             QString::number(rows->front().shownSeq());
            put(now);
        });
}

bool Addressing::isOpen(const Moment& moment) const
{
    if (m_window.shared()->session() == nullptr)
        return false;
    if (moment.recordings.empty())
        return true;
    const Moment now = this->moment();
    if (now.recordings.size() != moment.recordings.size())
        return false;
    return std::ranges::equal(now.recordings, moment.recordings,
                              [](const Moment::Recording& a, const Moment::Recording& b) {
                                  return a.uuid.isEmpty() || b.uuid.isEmpty() ? a.path == b.path
                                                                              : a.uuid == b.uuid;
                              });
}

void Addressing::open(const Moment& moment)
{
    if (isOpen(moment)) {
        restore(moment);
        say(tr("Went to the moment of the link"));
        return;
    }
    if (moment.recordings.empty()) {
        m_window.showFailure({ErrorCode::WrongUse, tr("This link names no recording. Open the one "
                                                      "that it is about, then paste it again.")});
        return;
    }
    QStringList folders{m_window.recordingsFolder(), m_window.settings().lastFolder()};
    for (const QString& recent : m_window.settings().recentFiles())
        folders << QFileInfo(recent).path();
    if (!m_window.session()->path().isEmpty())
        folders << QFileInfo(m_window.session()->path()).path();
    folders.removeDuplicates();
    m_looking.start(
        this,
        [&](std::stop_token) {
            return QtConcurrent::run([recordings = moment.recordings, folders] {
                return Result<LinkedFiles>(findLinked(recordings, folders));
            });
        },
        [this, moment](const Result<LinkedFiles>& found) {
            if (!found)
                return;
            if (!found->missing.isEmpty()) {
                m_window.showFailure(
                    {ErrorCode::Unreadable,
                     tr("The recording %1 of this link is not on this machine. Open it from where "
                        "it is, then paste the link again.")
                         .arg(found->missing)});
                return;
            }
            m_expected = moment.recordings;
            m_window.incidents()->stayAway();
            restore(moment);
            m_window.openFiles(found->paths);
        });
}

/// A file of that name may be another recording.
void Addressing::checkUuids()
{
    const StudioSession* session = m_window.session();
    const bool isThere = session->state() == StudioSession::State::Reading;
    if (m_expected.empty() || !isThere || session->info().uuid.isEmpty())
        return;
    const auto expected = std::exchange(m_expected, {});
    if (expected.size() == 1 && !expected.front().uuid.isEmpty() &&
        expected.front().uuid != session->info().uuid)
        say(tr("%1 is another recording than the one of the link, of the same name")
                .arg(QFileInfo(session->path()).fileName()));
}

void Addressing::restore(const Moment& moment)
{
    StudioArguments arguments;
    arguments.restores = true;
    arguments.at = moment.at ? isoTime(*moment.at) : QString();
    arguments.window = moment.window;
    arguments.select = moment.select;
    arguments.agent = moment.agent;
    arguments.where = moment.where;
    arguments.view = moment.view;
    StartPlan* plan = m_window.plan();
    if (isOpen(moment)) {
        plan->set(arguments);
        plan->applyNow();
    } else {
        plan->setForNext(arguments);
    }
}

void Addressing::paste()
{
    const QString text = QGuiApplication::clipboard()->text().left(kMostPasted);
    if (text.trimmed().isEmpty())
        say(tr("The clipboard holds no text: copy an id, a time, a line of a log or a link first"));
    else
        goTo(text);
}

void Addressing::ask()
{
    auto* dialog = new GoToDialog(shownClock(m_window.shared()->playhead()), &m_window);
    connect(dialog, &GoToDialog::wanted, this, &Addressing::goTo);
    dialog->open();
}

void Addressing::goTo(const QString& text)
{
    if (isMomentLink(text.trimmed())) {
        const auto moment = momentFromLink(text);
        if (moment)
            open(*moment);
        else
            m_window.showFailure(moment.error());
        return;
    }
    Session* session = m_window.shared()->session();
    if (session == nullptr) {
        say(tr("Open a recording first: there is nothing in which \"%1\" could be found")
                .arg(shortText(text)));
        return;
    }
    if (const QString finding = m_window.incidents()->showFinding(text.trimmed());
        !finding.isEmpty()) {
        say(finding);
        return;
    }
    WhereaboutsRequest request;
    request.text = text;
    request.zone = shownZone();
    say(tr("Looking for \"%1\" …").arg(shortText(text)));
    m_job.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return whereaboutsOf(*session, request);
        },
        [this, text](const Result<Whereabouts>& found) {
            if (found)
                take(text, *found);
            else if (found.error().code != ErrorCode::Cancelled)
                say(found.error().message);
        });
}

void Addressing::take(const QString& text, const Whereabouts& found)
{
    if (found.places.empty() && found.tried.isEmpty())
        say(tr("\"%1\" holds no time, no id and no name that could be looked for")
                .arg(shortText(text)));
    else if (found.places.empty())
        say(nothingText(found));
    else if (found.places.size() == 1)
        go(found.places.front());
    else
        choose(found.places);
}

void Addressing::choose(const std::vector<FoundPlace>& places)
{
    auto* chooser = new PlaceChooser(places, &m_window);
    connect(chooser, &PlaceChooser::chosen, this,
            [this, places](int row) { go(places[static_cast<std::size_t>(row)]); });
    say(tr("%1 places are meant").arg(places.size()));
    chooser->open();
}

void Addressing::go(const FoundPlace& place)
{
    SharedView* shared = m_window.shared();
    if (shared->session() == nullptr)
        return;
    shared->setPlayhead(place.time);
    if (place.message != 0)
        shared->selectMessage(place.message);
    if (!place.agent.isEmpty())
        shared->selectAgent(
            shared->session()->dictionaries()->findAgent(place.agent.toStdString()));
    if (place.count == 0)
        say(tr("%1: went to %2").arg(place.what, shownTime(place.time)));
    else if (place.count == 1)
        say(tr("%1, went there").arg(placeText(place)));
    else
        say(tr("%1, went to %2").arg(placeText(place), shownClock(place.time)));
}

} // namespace murmur
