// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "resuming.h"

#include "addressing.h"
#include "keptnote.h"
#include "mainwindow.h"
#include "menus.h"
#include "settings.h"

#include "session/moment.h"
#include "views/base/sharedview.h"
#include "views/connect/banner.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>

#include <cerrno>
#include <csignal>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kBetween = 2s;
const QString kGroup = u"open"_s;

bool isAlive(qint64 process)
{
    if (process <= 0 || (::kill(static_cast<pid_t>(process), 0) != 0 && errno != EPERM))
        return false;
    // One that has ended and that nobody has looked after is still listed.
    QFile status(u"/proc/%1/stat"_s.arg(process));
    if (!status.open(QIODevice::ReadOnly))
        return true;
    const QByteArray line = status.readAll();
    return !line.mid(line.lastIndexOf(')')).startsWith(") Z");
}

} // namespace

Resuming::Resuming(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    if (window.isUnattended() || !window.isFirst())
        return;
    m_timer.setInterval(kBetween);
    connect(&m_timer, &QTimer::timeout, this, &Resuming::note);
    connect(window.shared(), &SharedView::sessionChanged, this, &Resuming::note);
    m_timer.start();
    connect(window.banner(), &Banner::chosen, this, [this](qsizetype) {
        if (m_offered.isEmpty() || m_window.banner()->sentence() != m_sentence)
            return;
        const auto moment = momentFromLink(std::exchange(m_offered, QString()));
        m_window.banner()->clear();
        if (moment)
            m_window.menus()->addressing()->open(*moment);
        else
            m_window.showFailure(moment.error());
    });
}

Resuming::~Resuming()
{
    if (!m_window.isUnattended() && m_window.isFirst())
        m_window.settings().forget(key());
}

QString Resuming::key() const
{
    return kGroup + u'/' + QString::number(QCoreApplication::applicationPid());
}

void Resuming::note()
{
    // Of a recording that runs, too: it is whole but for its last moments.
    const QString link =
        m_window.shared()->session() ? linkOf(m_window.menus()->addressing()->moment()) : QString();
    if (link == m_noted)
        return;
    m_noted = link;
    if (link.isEmpty())
        m_window.settings().forget(key());
    else
        m_window.settings().setStrings(
            key(), {link, QString::number(QDateTime::currentMSecsSinceEpoch())});
}

bool Resuming::offer()
{
    // The newest one; others wait for a later start.
    QString newest;
    qint64 when = -1;
    for (const QString& process : m_window.settings().namesBelow(kGroup)) {
        const QStringList noted = m_window.settings().strings(kGroup + u'/' + process);
        if (isAlive(process.toLongLong()) || noted.value(1).toLongLong() <= when)
            continue;
        if (const auto moment = momentFromLink(noted.value(0));
            !moment || moment->recordings.empty()) {
            m_window.settings().forget(kGroup + u'/' + process);
            continue;
        }
        newest = process;
        when = noted.value(1).toLongLong();
    }
    if (newest.isEmpty())
        return false;
    m_offered = m_window.settings().strings(kGroup + u'/' + newest).value(0);
    m_window.settings().forget(kGroup + u'/' + newest);
    const QString name = shownPath(momentFromLink(m_offered)->recordings.front().path);
    m_window.banner()->say(Banner::Tone::Neutral,
                           tr("The last time it ended unexpectedly. %1 was open.").arg(name));
    m_window.banner()->offer({tr("Open it again")});
    m_sentence = m_window.banner()->sentence();
    return true;
}

} // namespace murmur
