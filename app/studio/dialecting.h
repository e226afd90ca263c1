// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialectrules.h"
#include "dialect/suggestion.h"
#include "session/reread.h"
#include "views/base/latestjob.h"
#include "views/dialect/dialectbar.h"

#include <QObject>
#include <QPointer>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace murmur {

class DialectEditor;
class MainWindow;

/// Who is talking? Looks whether the messages of the session name their senders, asks when few do,
/// and lets them be read by what a person answers: at once where the recording has ended, from now
/// on while it runs, and then what came before when it ends.
class Dialecting : public QObject
{
    Q_OBJECT
public:
    explicit Dialecting(MainWindow& window, QObject* parent);
    ~Dialecting() override;

    [[nodiscard]] DialectBar* bar() const { return m_bar; }
    /// The editor, with the dialect by which the session is read, or what is proposed for it.
    DialectEditor* edit();
    /// Null while it is closed.
    [[nodiscard]] DialectEditor* editor() const;
    /// Reads the recording again, with the dialects of today.
    void readAgain();
    /// Whether these are dialects and no recordings.
    static bool takes(const QStringList& files);
    void openFile(const QString& path);
    /// The editor holds what is not saved: it asks, and `then` follows. False: it does not.
    bool holdsBack(std::function<void()> then);
    /// Nothing is looked at or read just now.
    [[nodiscard]] bool isSettled() const { return !m_sampling.isBusy(); }

    /// What was found out about the session.
    struct Looked
    {
        std::shared_ptr<const MessageSample> sample;
        std::vector<CoverageRow> coverage;
        std::vector<Suggestion> suggestions;
        [[nodiscard]] Coverage of(std::optional<std::uint32_t> connection) const;
    };

private:
    void look();
    void lookAgainWhenGrown();
    void show(const Looked& looked);
    [[nodiscard]] std::optional<DialectQuestion> questionFrom(const Looked& looked) const;
    void choose(qsizetype place);
    void act(qsizetype action);
    /// Reads by it: what is open, or what comes from now on.
    void use(const std::shared_ptr<const UserDialect>& dialect,
             std::optional<std::uint32_t> connection);
    void useFromNowOn(const std::shared_ptr<const UserDialect>& dialect,
                      std::optional<std::uint32_t> connection);
    void start(const RereadOptions& options, bool canBeUndone);
    void begin(bool canBeUndone);
    void readPending();
    void undo();
    void showFailure(const Error& error);
    void tellResult(const Looked& looked);
    [[nodiscard]] UserDialect proposedFor(std::uint32_t connection) const;
    /// That by which the connection is read now, where a person named one.
    [[nodiscard]] std::shared_ptr<const UserDialect> keptFor(std::uint32_t connection) const;
    void wireEditor();
    void showTargets();
    void useTarget(qsizetype target);
    [[nodiscard]] QString urlOf(std::optional<std::uint32_t> connection) const;
    [[nodiscard]] QStringList dismissed() const;
    void dismiss();

    MainWindow& m_window;
    DialectBar* m_bar;
    QPointer<DialectEditor> m_editor;
    LatestJob m_sampling;
    Looked m_looked;
    std::int64_t m_lookedAt = 0; ///< messages that there were then
    std::optional<DialectQuestion> m_question;
    std::vector<std::function<void()>> m_actions; ///< behind the buttons of the bar
    std::vector<DialectRule> m_pending;           ///< of a recording that runs, for when it ends
    QString m_pendingPath;
    std::optional<std::uint32_t> m_connection; ///< that is read by the last answer
    QString m_name;                            ///< of the last answer
    bool m_canBeUndone = false;
    std::optional<RereadReport> m_report;               ///< of a reading that was not told yet
    std::vector<std::pair<QString, QString>> m_targets; ///< profile, and its connection
};

/// "redis-127.0.0.1-6379": a name for the dialect of a bus.
QString dialectNameFor(const QString& url);
/// A connection of a profile with the item `dialect`; ranges and lists stay as they are.
QString withDialect(const QString& connection, const QString& dialect);

} // namespace murmur
