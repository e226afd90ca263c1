// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/moment.h"
#include "session/whereabouts.h"
#include "views/base/latestjob.h"

#include <QObject>
#include <QString>

namespace murmur {

class MainWindow;

/// Addresses of moments: copies a link to what is shown, opens links, and goes to whatever a person
/// pastes or types: an id of any kind, a JSON fragment, a line of a log, a time. What was
/// understood is said in the status line.
class Addressing : public QObject
{
    Q_OBJECT
public:
    Addressing(MainWindow& window, QObject* parent);

    /// What is shown now.
    [[nodiscard]] Moment moment() const;
    void copyLink();
    /// Restores it in what is open, or opens its recordings first.
    void open(const Moment& moment);
    /// Goes to what is in the clipboard.
    void paste();
    void goTo(const QString& text);
    /// Asks where to go.
    void ask();
    [[nodiscard]] bool isBusy() const { return m_job.isBusy() || m_looking.isBusy(); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void say(const QString& sentence);
    void restore(const Moment& moment);
    void take(const QString& text, const Whereabouts& found);
    void choose(const std::vector<FoundPlace>& places);
    void go(const FoundPlace& place);
    [[nodiscard]] bool isOpen(const Moment& moment) const;
    void checkUuids();

    MainWindow& m_window;
    QByteArray m_zone; ///< id of the time zone that is shown
    LatestJob m_job;
    LatestJob m_looking;                       ///< for the files of a link
    std::vector<Moment::Recording> m_expected; ///< what the link that is being opened names
};

} // namespace murmur
