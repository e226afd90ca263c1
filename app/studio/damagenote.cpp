// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "damagenote.h"

#include "mainwindow.h"
#include "studiosession.h"

#include "views/connect/banner.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QRegularExpression>

#include <chrono>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto kBetweenLooks = 500ms;

/// As a shell takes it, whatever is in the name.
QString shellWord(const QString& path)
{
    static const QRegularExpression plain(u"^[A-Za-z0-9_./+:@%,-]+$"_s);
    if (plain.match(path).hasMatch())
        return path;
    QString word = path;
    return u'\'' + word.replace(u'\'', u"'\\''"_s) + u'\'';
}

/// Saves what is whole of one recording; of several it says first which one it is.
QString remedyFor(const QStringList& paths)
{
    if (paths.size() == 1) {
        const QFileInfo file(paths.front());
        const QString saved = file.path() + u'/' + file.completeBaseName() + u"-saved.murmur"_s;
        return u"murmur repair %1 -o %2"_s.arg(shellWord(paths.front()), shellWord(saved));
    }
    QString command = u"murmur verify"_s;
    for (const QString& path : paths)
        command += u' ' + shellWord(path);
    return command;
}

} // namespace

DamageNote::DamageNote(const DamageLog& log, MainWindow& window)
    : m_log(log)
    , m_window(window)
{
    connect(window.session(), &StudioSession::stateChanged, this, [this] {
        if (m_window.session()->state() != StudioSession::State::Opening)
            return;
        m_before = m_log.met();
        m_isTold = false;
    });
    connect(window.banner(), &Banner::chosen, this, [this] {
        if (m_command.isEmpty() || m_window.banner()->sentence() != m_sentence)
            return;
        QGuiApplication::clipboard()->setText(m_command);
        m_window.banner()->say(Banner::Tone::Neutral,
                               tr("On the clipboard, for a terminal: %1").arg(m_command));
    });
    connect(&m_timer, &QTimer::timeout, this, &DamageNote::look);
    m_timer.start(kBetweenLooks);
}

void DamageNote::look()
{
    // What cannot be opened at all is said by whoever tried.
    const StudioSession* session = m_window.session();
    if (m_isTold || session->state() != StudioSession::State::Reading)
        return;
    const DamageLog::Met met = m_log.met();
    QStringList damaged;
    for (const QString& path : session->paths()) {
        if (met.in(path) > m_before.in(path))
            damaged << path;
    }
    if (damaged.isEmpty() && met.bySqlite > m_before.bySqlite)
        damaged = session->paths();
    if (damaged.isEmpty())
        return;
    m_isTold = true;
    const bool isOne = damaged.size() == 1;
    m_sentence = isOne ? tr("%1 is damaged: messages are missing here, or what they say.")
                             .arg(QFileInfo(damaged.front()).fileName())
                       : tr("One of these recordings is damaged: messages are missing here, or "
                            "what they say.");
    // Names may not be seen, or nobody is there to press a button.
    if (m_window.hidesNames() || m_window.isUnattended()) {
        m_window.showFailure({ErrorCode::Unreadable, m_sentence});
        return;
    }
    m_command = remedyFor(damaged);
    m_window.banner()->say(Banner::Tone::Bad, m_sentence);
    m_window.banner()->offer({isOne ? tr("Copy the command that saves the rest")
                                    : tr("Copy the command that names it")});
}

} // namespace murmur
