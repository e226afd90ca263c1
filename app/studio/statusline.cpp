// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "statusline.h"

#include "recording/lock.h"
#include "studiosession.h"
#include "views/base/losttext.h"
#include "views/base/numbers.h"
#include "views/base/theme.h"
#include "views/connect/connecttext.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStorageInfo>
#include <QtConcurrent>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// The marks that are seen most, in their colours.
QString legendText(const Theme& theme)
{
    QStringList marks;
    for (const Kind kind :
         {Kind::Event, Kind::Request, Kind::Reply, Kind::Command, Kind::State, Kind::Error}) {
        const std::string_view name = kindName(kind);
        marks << u"<span style='color:%1'>%2</span>&nbsp;%3"_s.arg(
            theme.kinds[static_cast<std::size_t>(kind)].name(), QString(kindGlyph(kind)),
            QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
    }
    return marks.join(u"&nbsp;&nbsp; "_s);
}

/// How far the windows of the past are read that are being read; empty: none.
QString pastText(const std::vector<ConnectionInfo>& connections)
{
    std::int64_t read = 0;
    std::int64_t expected = 0;
    for (const ConnectionInfo& connection : connections) {
        if (shareText(connection).isEmpty())
            continue;
        read += connection.received;
        expected += connection.expectedMessages;
    }
    if (expected == 0)
        return {};
    return StatusLine::tr("%1 of about %2 of the past").arg(numberText(read), numberText(expected));
}

/// A line for each recording: how it was moved in time, and what it holds.
QString recordingsText(const SessionInfo& info)
{
    QStringList lines;
    for (const RecordingInfo& recording : info.recordings) {
        if (!recording.isShown)
            lines << StatusLine::tr("%1: not shown. %2").arg(recording.label, recording.problem);
        else
            lines << StatusLine::tr("%1: up to message %2, moved by %3 (%4)")
                         .arg(recording.label, numberText(recording.extent.last),
                              offsetText(recording), alignedByText(recording.alignedBy));
    }
    if (info.isPerRecording)
        lines << StatusLine::tr("Calls and causes were found within each recording; save as one "
                                "recording to find those across.");
    return lines.join(u'\n');
}

} // namespace

StatusLine::StatusLine(StudioSession* session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_promise(new QLabel(tr("Observing only"), this))
    , m_rest(new QLabel(tr("nothing can be sent until armed"), this))
    , m_figures(new QLabel(this))
    , m_legend(new QLabel(this))
{
    QFont bold = Theme::current().interfaceFont(9);
    bold.setWeight(QFont::DemiBold);
    m_promise->setFont(bold);
    m_rest->setFont(Theme::current().interfaceFont(9));
    m_figures->setFont(Theme::current().numberFont(9));
    m_figures->setTextFormat(Qt::PlainText); // it may quote what agents say
    m_legend->setFont(Theme::current().interfaceFont(9));
    m_legend->setToolTip(tr("L shows what every mark means"));
    m_figures->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    setAccessibleName(tr("Status"));

    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(14, 3, 14, 3);
    line->setSpacing(8);
    line->addWidget(m_promise);
    line->addWidget(m_rest);
    line->addSpacing(24);
    line->addWidget(m_figures, 1);
    line->addWidget(m_legend);

    m_sayTimer.setSingleShot(true);
    m_sayTimer.setInterval(12s);
    connect(&m_sayTimer, &QTimer::timeout, this, [this] {
        m_said.clear();
        refresh();
    });
    m_disk.setInterval(5s);
    connect(&m_disk, &QTimer::timeout, this, [this] {
        lookAtDisk();
        lookForWriter();
    });
    m_disk.start();
    connect(m_session, &StudioSession::statusChanged, this, [this] {
        m_rate.note(m_session->recorderStatus().received,
                    std::chrono::steady_clock::now().time_since_epoch());
        refresh();
    });
    connect(m_session, &StudioSession::connectionsChanged, this, &StatusLine::refresh);
    connect(m_session, &StudioSession::stateChanged, this, [this] {
        m_isWritten = false;
        m_wasWritten = false;
        lookAtDisk();
        lookForWriter();
        refresh();
    });
    recolor();
    refresh();
}

void StatusLine::setArmed(const QString& bus)
{
    m_isArmed = !bus.isEmpty();
    m_promise->setText(m_isArmed ? tr("Armed") : tr("Observing only"));
    m_rest->setText(m_isArmed ? tr("messages can be sent to %1; Esc Esc ends it").arg(bus)
                              : tr("nothing can be sent until armed"));
    recolor();
}

void StatusLine::say(const QString& sentence)
{
    m_said = sentence;
    m_sayTimer.start();
    refresh();
}

void StatusLine::takeBack(const QString& sentence)
{
    if (m_said != sentence)
        return;
    m_said.clear();
    m_sayTimer.stop();
    refresh();
}

void StatusLine::setHidesFigures(bool hides)
{
    m_figures->setVisible(!hides);
}

QString StatusLine::text() const
{
    return m_promise->text() + u' ' + m_rest->text() + u' ' + m_figures->text();
}

void StatusLine::refresh()
{
    QStringList parts;
    const auto& status = m_session->recorderStatus();
    switch (m_session->state()) {
    case StudioSession::State::Empty:
        break;
    case StudioSession::State::Opening:
        parts << tr("opening …");
        break;
    case StudioSession::State::Attaching:
        parts << tr("attaching …");
        break;
    case StudioSession::State::Stopping:
        parts << tr("writing what was heard: %1 recorded").arg(numberText(status.recorded));
        break;
    case StudioSession::State::Moving:
        parts << tr("saving …");
        break;
    case StudioSession::State::Recording:
        // What is wrong comes first.
        if (!status.alarm.isEmpty())
            parts << status.alarm;
        parts << tr("recording %1", "a rate").arg(rateText(m_rate.perSecond()));
        parts << tr("recorded %1").arg(numberText(status.recorded));
        if (const QString past = pastText(status.connections); !past.isEmpty())
            parts << past;
        parts << lostByUsText(status.lost, leastKnown(status.connections));
        if (status.queueFill > 0.25)
            parts << tr("queue %1 %").arg(qRound(status.queueFill * 100));
        if (status.unread > 0)
            parts << tr("%1 to be read").arg(numberText(status.unread));
        if (m_free >= 0)
            parts << tr("%1 free").arg(bytesText(m_free));
        break;
    case StudioSession::State::Reading: {
        const SessionInfo& info = m_session->info();
        if (!info.recordings.empty())
            parts << tr("%1 recordings").arg(info.recordings.size());
        parts << tr("%1 messages").arg(numberText(info.extent.messages()))
              << lostByUsText(info.lost, leastKnown(info.connections)) << bytesText(info.bytesFile);
        if (info.recordings.empty())
            parts << shownPath(m_session->path());
        if (info.isPerRecording)
            parts << tr("calls per recording");
        if (m_isWritten)
            parts << tr("another program is recording it");
        else if (!info.isClean && !m_wasWritten)
            parts << (info.recordings.empty() ? tr("was not closed in order")
                                              : tr("not all were closed in order"));
        break;
    }
    }
    QString text = parts.join(u" · "_s);
    if (!m_said.isEmpty())
        text = m_said;
    const bool isAlarmed =
        m_session->state() == StudioSession::State::Recording && !status.alarm.isEmpty();
    if (isAlarmed != m_isAlarmed) {
        m_isAlarmed = isAlarmed;
        recolor();
    }
    m_figures->setText(text);
    const QString recordings = recordingsText(m_session->info());
    m_figures->setToolTip(m_said.isEmpty() && !recordings.isEmpty()
                              ? recordings
                              : u"<p>%1</p>"_s.arg(text.toHtmlEscaped()));
}

void StatusLine::lookAtDisk()
{
    const QString path = m_session->path();
    if (path.isEmpty() || m_session->state() != StudioSession::State::Recording)
        return;
    // A worker: asking a server that is gone takes as long as it likes.
    QtConcurrent::run([folder = QFileInfo(path).path()] {
        return QStorageInfo(folder).bytesAvailable();
    }).then(this, [this](qint64 free) {
        m_free = free;
        refresh();
    });
}

/// A recording that was not closed may be one that grows.
void StatusLine::lookForWriter()
{
    const QString path = m_session->path();
    if (path.isEmpty() || m_session->state() != StudioSession::State::Reading ||
        !m_session->info().recordings.empty())
        return;
    QtConcurrent::run([path] { return isBeingRecorded(path); }).then(this, [this, path](bool is) {
        if (path != m_session->path() || m_session->state() != StudioSession::State::Reading)
            return;
        m_isWritten = is;
        m_wasWritten |= is;
        refresh();
    });
}

void StatusLine::recolor()
{
    const Theme& theme = Theme::current();
    const auto setColor = [](QLabel* label, const QColor& color) {
        label->setStyleSheet(u"color: %1"_s.arg(color.name()));
    };
    setColor(m_promise, m_isArmed ? theme.bad : theme.good);
    setColor(m_rest, theme.secondary);
    setColor(m_figures, m_isAlarmed ? theme.bad : theme.secondary);
    setColor(m_legend, theme.secondary);
    m_legend->setText(legendText(theme));
}

void StatusLine::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        recolor();
    QWidget::changeEvent(event);
}

void StatusLine::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.header);
    painter.fillRect(0, 0, width(), 1, theme.hairline);
}

void StatusLine::resizeEvent(QResizeEvent*)
{
    m_legend->setVisible(width() >= 1500);
}

} // namespace murmur
