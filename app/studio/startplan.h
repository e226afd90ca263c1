// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "commandline.h"

#include <QObject>

namespace murmur {

class FilterEdit;
class SharedView;
class Workspace;

/// Brings the window to the place that the command line names, as soon as there is a message to
/// stand on.
class StartPlan : public QObject
{
    Q_OBJECT
public:
    StartPlan(SharedView* shared, Workspace* workspace, FilterEdit* filter,
              QObject* parent = nullptr);

    void set(StudioArguments arguments);
    /// For the session that comes next, not for the one that is still there.
    void setForNext(StudioArguments arguments);
    /// In a session that is open already.
    void applyNow() { apply(); }
    /// Something still has to be done.
    [[nodiscard]] bool isPending() const { return m_isPending; }

Q_SIGNALS:
    /// This show is to begin.
    void presentWanted(const QString& path);
    void failed(const murmur::Error& error);

private:
    void apply();
    void select(Seq seq, bool movesPlayhead);
    void fail(const Error& error);

    SharedView* m_shared;
    Workspace* m_workspace;
    FilterEdit* m_filter;
    StudioArguments m_arguments;
    bool m_isPending = false;
    bool m_waits = false; ///< for another session
};

} // namespace murmur
