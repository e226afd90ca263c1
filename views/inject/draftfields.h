// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injection.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;

namespace murmur {

/// What only some buses have in a message: key and tombstone, correlation, retain. Nothing is shown
/// of what the bus of the target lacks.
class DraftFields : public QWidget
{
    Q_OBJECT
public:
    explicit DraftFields(QWidget* parent = nullptr);

    void setTraits(const PublisherTraits& traits);
    void setDraft(const InjectionDraft& draft);
    /// Writes into `draft` what is shown, and nothing where it is not.
    void putInto(InjectionDraft& draft) const;

Q_SIGNALS:
    void edited();

private:
    struct Bytes
    {
        QLabel* label = nullptr;
        QLineEdit* edit = nullptr;
        QByteArray given; ///< goes out as it is until its text is changed
        QString shown;
    };
    Bytes addBytes(const QString& name, const QString& label, const QString& tip);
    static void show(Bytes& field, const QByteArray& bytes);
    [[nodiscard]] static QByteArray bytesOf(const Bytes& field);

    Bytes m_key;
    Bytes m_correlation;
    QCheckBox* m_retain;
    QCheckBox* m_tombstone;
    PublisherTraits m_traits;
};

} // namespace murmur
