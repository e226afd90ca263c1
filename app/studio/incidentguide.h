// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QObject>

namespace murmur {

class FindingsView;
class IncidentBanner;
class SharedView;
class StudioSession;
class Workspace;

/// Puts the worst incident over the views, and lets a recording that is opened begin there.
class IncidentGuide : public QObject
{
    Q_OBJECT
public:
    IncidentGuide(SharedView* shared, StudioSession* session, Workspace* workspace,
                  QObject* parent);

    [[nodiscard]] IncidentBanner* banner() const { return m_banner; }
    /// The command line names a place: the next recording begins there.
    void stayAway() { m_staysAway = true; }
    /// "finding:3f20a9", or an id by itself, of which some digits are enough. Says what is shown
    /// then; empty where that is no finding.
    QString showFinding(QString id);

Q_SIGNALS:
    void noted(const QString& sentence);
    void failed(const murmur::Error& error);

private:
    void guide();

    SharedView* m_shared;
    StudioSession* m_session;
    FindingsView* m_findings;
    IncidentBanner* m_banner;
    bool m_staysAway = false;
    bool m_isNew = false; ///< a recording was opened, and nobody has been led anywhere
};

} // namespace murmur
