// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/discovery.h"
#include "session/intake.h"

#include <QLineEdit>
#include <QTimer>
#include <QUrl>
#include <QWidget>

#include <vector>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QStringListModel;

namespace murmur {

/// What a person wants to attach to. Lives as long as the window: secrets are kept nowhere else.
struct AttachWish
{
    std::vector<QUrl> urls;
    ConnectionOptions options;
    IntakeRules rules = {}; ///< of a recording that begins with it
};

/// Where the URL of a bus is typed: completes the schemes that this build has and the URLs used
/// before, suggests a free port, shows for a hub the command that sends to it, and offers the buses
/// that answer on this machine. A range or list of URLs means several.
class AttachEdit : public QWidget
{
    Q_OBJECT
public:
    explicit AttachEdit(QWidget* parent = nullptr);

    void setRecentUrls(const QStringList& urls);
    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    void focusText();
    [[nodiscard]] QLineEdit* secretEdit() const { return m_secret; }
    /// The buses that were found, as buttons; looked for again while this is seen.
    void setFound(const std::vector<FoundBus>& buses);
    /// Whether it looks for buses itself; on by default.
    void setLooksForBuses(bool isOn);
    /// As if the URL of a bus that was found had been typed, and Enter pressed; where the bus asks
    /// who we are, that is asked first.
    void attachTo(const FoundBus& bus);

Q_SIGNALS:
    /// The person pressed Enter or the button; there is at least one URL. Where it asked one bus
    /// for everything, topics were chosen in between.
    void attachRequested(const murmur::AttachWish& wish);
    /// What stands there is a link to a moment of a recording.
    void linkRequested(const QString& link);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void updateNote();
    void complain(const QString& sentence);
    void request();

    QLineEdit* m_edit;
    QStringListModel* m_suggestions;
    QLineEdit* m_secret;
    QPushButton* m_button;
    QWidget* m_foundBar;
    QHBoxLayout* m_foundLine;
    QLabel* m_note;
    QLabel* m_command; ///< that sends to the hub
    Discovery m_discovery;
    QTimer m_again;
    std::vector<FoundBus> m_found;
    bool m_looks = true;
};

} // namespace murmur
