// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace murmur {

/// The sentence of an act in large letters, at the foot of the picture for an audience.
class CaptionBar : public QWidget
{
    Q_OBJECT
public:
    explicit CaptionBar(QWidget* parent = nullptr);

    /// `place`: "3 / 7", small; may be empty.
    void say(const QString& sentence, const QString& place);
    [[nodiscard]] QString sentence() const { return m_sentence; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_sentence;
    QString m_place;
};

} // namespace murmur
