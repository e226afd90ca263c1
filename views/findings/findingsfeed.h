// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"

#include "session/judgements.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace murmur {

class FindingsLook;
class SharedView;

/// What went wrong in the session and what people make of it, for all that shows it: the list and
/// the banner. Looks again while the session grows.
class FindingsFeed : public QObject
{
    Q_OBJECT
public:
    explicit FindingsFeed(SharedView* shared, QObject* parent = nullptr);
    ~FindingsFeed() override;

    [[nodiscard]] const FindingsReport& report() const { return m_report; }
    [[nodiscard]] const Judgements& judgements() const { return m_judgements; }
    /// Places of the incidents that are not quiet, the worst first, then by their start.
    [[nodiscard]] std::vector<std::size_t> openIncidents() const;
    /// Null when there is none of that id.
    [[nodiscard]] const Incident* incident(std::uint64_t id) const;
    /// All that was there has been looked at once.
    [[nodiscard]] bool isWhole() const { return m_isWhole; }
    [[nodiscard]] bool isBusy() const { return m_job.isBusy(); }
    /// Why nothing can be said, a sentence; else empty.
    [[nodiscard]] QString failure() const { return m_failure; }
    [[nodiscard]] SharedView* shared() const { return m_shared; }

    /// Can be taken back. `what` is the word for it: "mute slow-agent of vision-llm".
    void judge(const Judgements& judgements, const QString& what);
    /// The same, without a way back.
    void apply(const Judgements& judgements);

Q_SIGNALS:
    void changed();
    /// What people make of the findings holds, but is not kept.
    void notKept(const murmur::Error& error);

private:
    void onSessionChanged();
    void look();

    SharedView* m_shared;
    std::shared_ptr<FindingsLook> m_look; ///< of the session; one job at a time has it
    FindingsReport m_report;
    Judgements m_judgements;
    bool m_hasJudgements = false; ///< they were read
    QString m_failure;
    bool m_isWhole = false;
    bool m_hasMore = false; ///< more came while it looked
    QTimer m_soon;
    LatestJob m_job;
};

} // namespace murmur
