// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QUrl>

#include <memory>
#include <vector>

namespace murmur {

class ConnectDialog;
class EnvironmentBand;
class MainWindow;
class Secrets;

/// The way from the window to the profiles: opens the dialog, remembers what was used last, and
/// shows whose environment is attached.
class Connecting : public QObject
{
    Q_OBJECT
public:
    explicit Connecting(MainWindow& window, QObject* parent);
    ~Connecting() override;

    /// Shows the dialog; the one that is open comes to the front.
    ConnectDialog* open();
    [[nodiscard]] EnvironmentBand* band() const { return m_band; }

private:
    void updateBand();

    MainWindow& m_window;
    std::shared_ptr<Secrets> m_secrets;
    EnvironmentBand* m_band;
    std::vector<QUrl> m_shown; ///< whose environments are shown
};

} // namespace murmur
