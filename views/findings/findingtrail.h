// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "findings/finding.h"
#include "views/base/latestjob.h"

#include <QObject>

#include <memory>

namespace murmur {

class Lineage;
class SharedView;

/// Goes from a finding to its first cause, and to all that followed from its messages. The causes
/// of the session are read once, in the background, when first asked for.
class FindingTrail : public QObject
{
    Q_OBJECT
public:
    explicit FindingTrail(SharedView* shared, QObject* parent = nullptr);
    ~FindingTrail() override;

    /// Selects the first cause and moves the playhead there. `firstKept`: what lies before is gone.
    void goToFirstCause(const Finding& finding, Seq firstKept);
    /// Leaves only the messages of the finding, and what follows from them, in all views.
    void showEffects(const Finding& finding, Seq firstKept);
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy(); }

Q_SIGNALS:
    void told(const QString& sentence);
    void failed(const murmur::Error& error);

private:
    void restart();
    void walk(const Finding& finding, Seq firstKept, bool toEffects);
    void select(Seq seq, const QString& sentence);
    void filterTo(std::vector<Seq> seqs, TimeRange time, const QString& sentence);

    SharedView* m_shared;
    std::shared_ptr<Lineage> m_lineage; // a job may outlive the session
    LatestJob m_job;
};

} // namespace murmur
