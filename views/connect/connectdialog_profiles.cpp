// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What the dialog does with saved profiles, their secrets, and files of them.

#include "views/connect/connectdialog.h"
#include "views/connect/profileform.h"
#include "views/connect/profilelist.h"
#include "views/connect/secretrow.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QListView>
#include <QSaveFile>

#include <algorithm>

namespace murmur {

using namespace Qt::StringLiterals;

/// "prod-2" while there is a "prod".
QString ConnectDialog::freeName(const QString& wanted) const
{
    QString name = wanted;
    for (int i = 2; m_profiles.find(name).ok(); ++i)
        name = u"%1-%2"_s.arg(wanted).arg(i);
    return name;
}

void ConnectDialog::save()
{
    if (!m_form->check(true))
        return;
    const Profile profile = m_form->profile();
    std::optional<Profile> before;
    if (const auto known = m_profiles.find(m_current); known)
        before = *known;
    if (profile.name != m_current && m_profiles.find(profile.name).ok()) {
        say(tr("There is a profile “%1” already: give this one another name.").arg(profile.name),
            true);
        m_form->nameEdit()->setFocus(Qt::OtherFocusReason);
        return;
    }
    if (auto put = m_profiles.put(profile); !put) {
        say(put.error().message, true);
        return;
    }
    keepSecrets(profile, before);
    if (before && before->name != profile.name) {
        if (auto removed = m_profiles.remove(before->name); !removed)
            say(removed.error().message, true);
    }
    m_drafts.remove(m_current);
    m_current = profile.name;
    m_list->setProfiles(m_profiles.all());
    m_list->setEdited(QSet<QString>(m_drafts.keyBegin(), m_drafts.keyEnd()));
    m_list->select(profile.name);
    say(tr("Saved as “%1”.").arg(profile.name));
}

void ConnectDialog::keepSecrets(const Profile& profile, const std::optional<Profile>& before)
{
    for (const SecretKind kind : kSecretKinds) {
        const bool isInKeychain = profile.placeOf(kind) == u"keychain"_s;
        const bool wasInKeychain = before && before->placeOf(kind) == u"keychain"_s;
        const bool hasMoved = wasInKeychain && (!isInKeychain || before->name != profile.name);
        const auto put = [this, profile, kind, before, hasMoved](const QByteArray& secret) {
            m_options.secrets->write(profile, kind, secret)
                .then(this, [this, profile, kind, before, hasMoved](const Status& written) {
                    if (!written) {
                        // The profile still says keychain: nothing is kept elsewhere unasked.
                        m_form->showSecretError(kind, written.error().message);
                        say(tr("“%1” is saved, but not its %2.")
                                .arg(profile.name, secretKindName(kind)),
                            true);
                        return;
                    }
                    m_form->secretRow(kind)->clearTyped();
                    if (hasMoved)
                        m_options.secrets->remove(*before, kind);
                });
        };
        if (isInKeychain && !m_form->typed(kind).isEmpty()) {
            put(m_form->typed(kind));
        } else if (isInKeychain && hasMoved) {
            m_options.secrets->read(*before, kind)
                .then(this, [this, put, kind](const Result<QByteArray>& secret) {
                    if (secret)
                        put(*secret);
                    else
                        m_form->showSecretError(kind, secret.error().message);
                });
        } else if (hasMoved) {
            m_options.secrets->remove(*before, kind);
        }
    }
}

void ConnectDialog::remove(const QString& name)
{
    const auto profile = m_profiles.find(name);
    if (!profile)
        return;
    forgetRemoved();
    if (auto removed = m_profiles.remove(name); !removed) {
        say(removed.error().message, true);
        return;
    }
    m_removed = *profile;
    m_drafts.remove(name);
    m_list->setProfiles(m_profiles.all());
    m_list->offerUndo(tr("“%1” is deleted.").arg(name));
    if (m_profiles.all().empty())
        newProfile();
    else
        showProfile(m_profiles.all().front().name);
    m_list->view()->setFocus(Qt::OtherFocusReason);
}

void ConnectDialog::undoRemove()
{
    if (!m_removed)
        return;
    const Profile profile = *std::exchange(m_removed, std::nullopt);
    m_list->offerUndo({});
    if (auto put = m_profiles.put(profile); !put) {
        say(put.error().message, true);
        return;
    }
    m_list->setProfiles(m_profiles.all());
    showProfile(profile.name);
}

/// Its secrets stay in the keychain as long as it can be taken back.
void ConnectDialog::forgetRemoved()
{
    if (!m_removed)
        return;
    for (const SecretKind kind : kSecretKinds)
        m_options.secrets->remove(*m_removed, kind);
    m_removed.reset();
}

void ConnectDialog::importFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        say(tr("%1 cannot be read: %2.").arg(path, file.errorString()), true);
        return;
    }
    constexpr qint64 kMaxFile = 4 << 20;
    const auto given = Profiles::fromText(file.read(kMaxFile));
    if (!given) {
        say(tr("%1 holds no profiles: %2").arg(QFileInfo(path).fileName(), given.error().message),
            true);
        return;
    }
    QStringList names;
    for (Profile profile : *given) {
        profile.name = freeName(profile.name);
        if (auto put = m_profiles.put(profile); !put) {
            say(put.error().message, true);
            return;
        }
        names << profile.name;
    }
    m_list->setProfiles(m_profiles.all());
    if (!names.isEmpty())
        showProfile(names.front());
    say(names.isEmpty() ? tr("%1 holds no profile.").arg(QFileInfo(path).fileName())
                        : tr("Taken: %1. Say where the secrets are, if there are any.")
                              .arg(names.join(u", "_s)));
}

void ConnectDialog::exportTo(const QString& path, const QStringList& names)
{
    std::vector<Profile> chosen;
    std::ranges::copy_if(m_profiles.all(), std::back_inserter(chosen), [&](const Profile& profile) {
        return names.isEmpty() || names.contains(profile.name);
    });
    QSaveFile file(path);
    const bool isWritten = file.open(QIODevice::WriteOnly) &&
                           file.write(Profiles::exportText(chosen)) >= 0 && file.commit();
    if (isWritten)
        say(tr("Written to %1, without secrets and their places.").arg(path));
    else
        say(tr("%1 cannot be written: %2.").arg(path, file.errorString()), true);
}

void ConnectDialog::askForImport()
{
    auto* dialog = new QFileDialog(this, tr("Take the profiles of a file"), {},
                                   tr("Profiles (*.json);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, &ConnectDialog::importFile);
    dialog->open();
}

void ConnectDialog::askForExport(const QStringList& names)
{
    auto* dialog = new QFileDialog(this, tr("Export without secrets"), {}, tr("Profiles (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"json"_s);
    dialog->selectFile((names.size() == 1 ? names.front() : u"profiles"_s) + u".json"_s);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, names](const QString& path) { exportTo(path, names); });
    dialog->open();
}

} // namespace murmur
