// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "replay/injector.h"
#include "session/source.h"
#include "triggers/triggerfiring.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace murmur {

/// What actions of triggers may do. What reaches beyond the recording is off until a person
/// switched it on.
struct TriggerRules
{
    bool mayRun = false;      ///< programs
    QStringList webhookHosts; ///< besides this machine
    bool hasWindow = false;
    QUrl injectTo; ///< empty: nowhere
    ConnectionOptions injectOptions;
    std::function<Arming()> arming; ///< as it is now; empty: never armed
    QString typedHost;              ///< see GuardWish
    std::vector<QUrl> sources;      ///< what is recorded
    Injector::MakePublisher makePublisher = &createPublisher;
};

/// What a trigger does when it fires: one object per action of a trigger. Lives in the thread of
/// its watch and never waits in it; how it went is told, also that it went wrong.
class TriggerAction : public QObject
{
    Q_OBJECT
public:
    virtual void perform(const murmur::TriggerFiring& firing) = 0;
    /// What it was asked for is still under way.
    [[nodiscard]] virtual bool isBusy() const { return false; }
    /// The recording from which it is; again when there is more of it. `isOver`: no more comes.
    virtual void follow(const Source& /*source*/, bool /*isOver*/) {}
    /// Ends what is under way, and says so.
    virtual void stop() {}

Q_SIGNALS:
    /// One sentence: what was done, or what failed, on what, and why.
    void told(const QString& sentence, bool isFailure);
    /// A recording of its own is whole.
    void kept(const QString& path);
    /// The picture is to stand still at that moment.
    void freezeWanted(const murmur::TriggerFiring& firing);
};

/// One row per action: `keep:30s,10s` is the action `keep` with the argument "30s,10s".
struct TriggerActionEntry
{
    const char* id;
    const char* argument;    ///< as help shows it: "BEFORE,AFTER[:FILE]"
    const char* description; ///< one line
    bool reachesOut;         ///< beyond the recording: made anew when what it may do changes
    Result<std::unique_ptr<TriggerAction>> (*create)(const QString& argument,
                                                     const TriggerRules& rules);
};
std::span<const TriggerActionEntry> triggerActions() noexcept;
/// The row of an action that a person wrote; null: there is none.
const TriggerActionEntry* triggerActionOf(const QString& text) noexcept;
/// The action that a person wrote. WrongUse names the known ones, or what its argument lacks.
Result<std::unique_ptr<TriggerAction>> triggerActionFromText(const QString& text,
                                                             const TriggerRules& rules);

Result<std::unique_ptr<TriggerAction>> createMarkAction(const QString&, const TriggerRules&);
Result<std::unique_ptr<TriggerAction>> createFreezeAction(const QString&, const TriggerRules&);
Result<std::unique_ptr<TriggerAction>> createKeepAction(const QString&, const TriggerRules&);
Result<std::unique_ptr<TriggerAction>> createNotifyAction(const QString&, const TriggerRules&);
Result<std::unique_ptr<TriggerAction>> createRunAction(const QString&, const TriggerRules&);
Result<std::unique_ptr<TriggerAction>> createWebhookAction(const QString&, const TriggerRules&);
Result<std::unique_ptr<TriggerAction>> createInjectAction(const QString&, const TriggerRules&);

} // namespace murmur

Q_DECLARE_METATYPE(murmur::TriggerFiring)
