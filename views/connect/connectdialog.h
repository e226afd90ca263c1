// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/profile.h"
#include "views/connect/attachedit.h"

#include <QDialog>
#include <QHash>

#include <functional>
#include <memory>
#include <optional>

class QLabel;
class QPushButton;

namespace murmur {

class ProfileForm;
class ProfileList;
class TrialPane;

/// Where connections are described, tried, saved as profiles and attached to.
class ConnectDialog : public QDialog
{
    Q_OBJECT
public:
    struct Options
    {
        std::shared_ptr<Secrets> secrets;
        QString lastProfile; ///< shown first
        bool isRecording = false;
        QString profilesPath = Profiles::usualPath();
    };

    explicit ConnectDialog(Options options, QWidget* parent = nullptr);
    ~ConnectDialog() override;

    /// What is shown, saved or not; empty for a new one.
    [[nodiscard]] QString currentProfile() const { return m_current; }
    [[nodiscard]] ProfileForm* form() const { return m_form; }
    [[nodiscard]] ProfileList* list() const { return m_list; }
    [[nodiscard]] TrialPane* trial() const { return m_trial; }
    void newProfile(const Profile& from = {});
    void test();
    /// Saves under the name in the form; one that was shown under another name is renamed.
    void save();
    void attach();
    /// Takes the profiles of a file that `murmur profile export` wrote. Those of a name that there
    /// is get another.
    void importFile(const QString& path);
    void exportTo(const QString& path, const QStringList& names);

Q_SIGNALS:
    void attachRequested(const murmur::AttachWish& wish);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void done(int result) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void build();
    void load();
    void showProfile(const QString& name);
    void keepDraft();
    void remove(const QString& name);
    void undoRemove();
    void forgetRemoved();
    [[nodiscard]] QString freeName(const QString& wanted) const;
    void leaveWith(const AttachWish& wish);
    void chooseTopicsOfLine();
    /// Writes the patterns into the line that stands for this URL, be it alone or among others.
    void narrow(const QUrl& url, const QStringList& patterns);
    void askForImport();
    void askForExport(const QStringList& names);
    /// The secrets that were typed, and those that lie where the profile says. `then` is not called
    /// when one cannot be had: that stands beside its field.
    void withOptions(std::function<void(const ConnectionOptions&)> then);
    /// Puts typed secrets where the profile says, and moves those of a renamed one.
    void keepSecrets(const Profile& profile, const std::optional<Profile>& before);
    void say(const QString& sentence, bool isBad = false);

    const Options m_options;
    Profiles m_profiles;
    ProfileList* m_list;
    ProfileForm* m_form;
    TrialPane* m_trial;
    QLabel* m_note;
    QPushButton* m_test = nullptr;
    QPushButton* m_save = nullptr;
    QPushButton* m_attach = nullptr;
    QString m_current;                ///< the saved profile that is shown; empty: a new one
    QHash<QString, Profile> m_drafts; ///< what was changed and not saved, by saved name
    std::optional<Profile> m_removed;
    bool m_isBusy = false; ///< a secret or an end is waited for
    bool m_isAttaching = false;
};

} // namespace murmur
