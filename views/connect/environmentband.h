// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/profile.h"

#include <QUrl>
#include <QWidget>

#include <vector>

namespace murmur {

/// The strip at the top of the window while buses of a profile with an environment are attached:
/// its colour and its word. Of several the gravest is shown. Hidden when there is none.
class EnvironmentBand : public QWidget
{
    Q_OBJECT
public:
    explicit EnvironmentBand(QWidget* parent = nullptr);

    /// The buses that are attached. It does not matter how: a profile that names one counts.
    void setAttached(const std::vector<QUrl>& urls, const std::vector<Profile>& profiles);
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Profile m_shown;
    QString m_text;
};

} // namespace murmur
