// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QToolButton>

class QMenu;

namespace murmur {

/// Says how the payload is read, and lets a person choose another way for its topic.
class CodecButton : public QToolButton
{
    Q_OBJECT
public:
    explicit CodecButton(QWidget* parent = nullptr);

    /// `codec`: what read it, empty for bytes; `chosen`: what a person chose, empty for automatic.
    void say(const QString& codec, const QString& chosen, const QString& topic);
    [[nodiscard]] QString chosen() const { return m_chosen; }
    /// Which of the messages of `schema`, a file, the payloads are; picked() tells.
    void askForMessage(const QString& codec, const QString& schema, const QStringList& messages);

Q_SIGNALS:
    /// An empty codec: automatic. `schema`: a file, or empty.
    void picked(const QString& codec, const QString& schema);
    /// The schemas that payloads name shall be asked for.
    void fetchWanted();

private:
    void fill();
    void askForSchema(const QString& codec);

    QMenu* m_menu;
    QString m_chosen;
    QString m_topic;
};

} // namespace murmur
