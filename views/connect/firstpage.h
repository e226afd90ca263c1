// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/connect/recentfiles.h"

#include <QUrl>
#include <QWidget>

class QBoxLayout;
class QLabel;
class QListWidget;
class QPushButton;

namespace murmur {

class AttachEdit;
class Banner;
class FoundBuses;
struct AttachWish;

/// What the window shows while nothing is open: start the demo, attach to a bus, open a recording,
/// the buses that answer on this machine, and the recordings of the last days.
class FirstPage : public QWidget
{
    Q_OBJECT
public:
    explicit FirstPage(QWidget* parent = nullptr);

    void setRecentUrls(const QStringList& urls);
    void setRecentFiles(const QStringList& paths);
    /// Puts the cursor where a URL is typed.
    void focusUrl();
    [[nodiscard]] AttachEdit* attachEdit() const { return m_attach; }
    [[nodiscard]] FoundBuses* foundBuses() const { return m_found; }

Q_SIGNALS:
    void demoRequested();
    void attachRequested(const murmur::AttachWish& wish);
    /// The dialog with the profiles is wanted.
    void connectRequested();
    void openRequested(const QString& path);
    void linkRequested(const QString& link);
    void browseRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QBoxLayout* m_cards = nullptr;
    void showRecentFiles(const std::vector<RecentFile>& files);

    AttachEdit* m_attach;
    FoundBuses* m_found;
    QLabel* m_foundTitle;
    QListWidget* m_recent;
    QLabel* m_recentTitle;
    quint64 m_generation = 0;
};

} // namespace murmur
