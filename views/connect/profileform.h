// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/profile.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QTabWidget;
class QToolButton;

namespace murmur {

class SecretRow;

/// Everything that belongs to a profile, on three pages: the connection, how it is encrypted, what
/// is left out.
class ProfileForm : public QWidget
{
    Q_OBJECT
public:
    explicit ProfileForm(QWidget* parent = nullptr);

    void setProfile(const Profile& profile);
    [[nodiscard]] Profile profile() const;
    /// The secrets that were typed: into the keychain when the profile is saved, or for this time.
    [[nodiscard]] QByteArray typed(SecretKind kind) const;
    void clearTyped();

    /// What hinders from attaching (or, with `isSaving`, from saving) stands beside its field,
    /// which gets the cursor. True when nothing does.
    bool check(bool isSaving, bool mustBeOfUse = true);
    /// Beside the field of that secret.
    void showSecretError(SecretKind kind, const QString& sentence);
    /// Beside the connections.
    void showConnectionError(const QString& sentence);
    void clearErrors();
    void focusConnections();
    /// The line of the cursor.
    [[nodiscard]] QString currentConnection() const;
    void setConnections(const QStringList& lines);
    /// Others in its place, and topics that are left out by rule.
    void replaceConnection(const QStringList& connections, const QStringList& exclude);

    [[nodiscard]] QLineEdit* nameEdit() const { return m_name; }
    [[nodiscard]] QPlainTextEdit* connectionsEdit() const { return m_connections; }
    [[nodiscard]] SecretRow* secretRow(SecretKind kind) const;

Q_SIGNALS:
    /// By the person.
    void edited();
    /// The topics of the connection at the cursor are to be chosen from what there is.
    void topicsRequested();

private:
    struct Field
    {
        QWidget* input = nullptr;
        QLabel* error = nullptr;
        int page = 0;
    };
    QFormLayout* addPage(const QString& title);
    /// A row with room for an error below; `title` names the input for screen readers, too.
    Field addRow(QFormLayout* form, const QString& title, QWidget* input);
    void buildConnection();
    void buildEncryption();
    void buildRules();
    QWidget* pathRow(QLineEdit* edit, const QString& title);
    void say(const Field& field, const QString& sentence);
    void onEdited();
    void onTlsEdited();
    void readTls();
    void showColor();
    void chooseColor();

    QTabWidget* m_pages;
    QLineEdit* m_name;
    QComboBox* m_environment;
    QToolButton* m_color;
    QString m_ownColor;
    QStringList m_codec; ///< is not edited here, and kept
    QPlainTextEdit* m_connections;
    SecretRow* m_token;
    SecretRow* m_password;
    SecretRow* m_keyPassword;
    QCheckBox* m_neverWrite;
    QLineEdit* m_ca;
    QLineEdit* m_cert;
    QLineEdit* m_key;
    QLineEdit* m_serverName;
    QCheckBox* m_insecure;
    QLabel* m_insecureNote;
    QPlainTextEdit* m_only;
    QPlainTextEdit* m_exclude;
    QPlainTextEdit* m_payloadLimit;
    QPlainTextEdit* m_redact;
    Field m_nameField;
    Field m_connectionsField;
    Field m_secretFields[3];
    Field m_rulesField;
    std::vector<Field> m_fields;
    bool m_isFilling = false;
};

} // namespace murmur
