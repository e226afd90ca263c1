// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "armoption.h"
#include "session/connectioninfo.h"
#include "triggers/triggerwatch.h"

#include <QObject>
#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace murmur::cli {

class StopSignals;

/// The triggers of `murmur record`: arms what they send to, says what they do, and lets them end
/// when the recording has.
class RecordTriggers : public QObject
{
    Q_OBJECT
public:
    RecordTriggers(std::vector<Trigger> triggers, TriggerRules rules, ArmOption arm);
    ~RecordTriggers() override;

    /// `connections`: as they are once attached.
    Status start(Session& session, const std::vector<ConnectionInfo>& connections);
    /// After the recorder has stopped: looks at the rest and waits for what is under way.
    void finish(StopSignals& signals);
    /// What became of each, an array of JSON.
    [[nodiscard]] std::string json() const;

Q_SIGNALS:
    /// A line for the person.
    void said(const QString& line);
    void fired(const murmur::TriggerFiring& firing);

private:
    void noteLost(const std::vector<ConnectionInfo>& connections);
    void sayHowItWent();

    std::vector<Trigger> m_triggers;
    TriggerRules m_rules;
    ArmOption m_arm;
    std::shared_ptr<Arming> m_arming; ///< shared with what asks for it
    std::unique_ptr<TriggerWatch> m_watch;
    std::vector<bool> m_wasUp; ///< by connection
};

} // namespace murmur::cli
