// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"

#include "session/session.h"

#include <QObject>
#include <QString>

#include <memory>

namespace murmur {

class Lineage;
class SharedView;

/// Goes from a message to its first cause, and to all that follows from it. The causes of the
/// session are read once, in the background, when first asked for.
class CauseWalk : public QObject
{
    Q_OBJECT
public:
    explicit CauseWalk(SharedView* shared, QObject* parent = nullptr);
    ~CauseWalk() override;

    /// Selects the first cause and moves the playhead there.
    void goToFirstCause(Seq seq);
    /// Leaves only the message and what follows from it in all views, and shows their time.
    void showEffects(const MessageRow& origin);
    void cancel();
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy(); }

Q_SIGNALS:
    /// A sentence for the person, about the message that was asked for; empty: nothing any more.
    void told(const QString& sentence);

private:
    void restart();
    void select(Seq seq, const QString& sentence);

    SharedView* m_shared;
    std::shared_ptr<Lineage> m_lineage; // a job may outlive the session
    LatestJob m_job;
};

} // namespace murmur
