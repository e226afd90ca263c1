// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/secretstore.h"

#include <QByteArray>
#include <QWidget>

class QComboBox;
class QLineEdit;
class QToolButton;

namespace murmur {

/// One secret: where it is kept, and a field for it (or for the path or the variable).
class SecretRow : public QWidget
{
    Q_OBJECT
public:
    /// `what`: "Password".
    explicit SecretRow(const QString& what, QWidget* parent = nullptr);

    /// As of SecretPlace. The field is emptied.
    void setPlace(const QString& place);
    [[nodiscard]] QString place() const;
    /// What was typed for the keychain, or for this time only; empty: nothing.
    [[nodiscard]] QByteArray typed() const;
    void clearTyped();
    [[nodiscard]] QLineEdit* edit() const { return m_edit; }
    [[nodiscard]] QComboBox* choice() const { return m_choice; }

Q_SIGNALS:
    void changed();

private:
    void showChoice();
    void browse();

    const QString m_what;
    QComboBox* m_choice;
    QLineEdit* m_edit;
    QToolButton* m_browse;
};

} // namespace murmur
