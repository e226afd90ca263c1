// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <cstdint>

class QPushButton;
class QToolButton;

namespace murmur {

class FindingsView;

/// One line over all views: the worst incident that nobody has judged yet, in one sentence, and
/// what can be done with it. Hidden when there is none. Of several it shows one; the arrows go to
/// the others.
class IncidentBanner : public QFrame
{
    Q_OBJECT
public:
    explicit IncidentBanner(FindingsView* findings, QWidget* parent = nullptr);

    /// Of the incident that is shown; 0: none.
    [[nodiscard]] std::uint64_t incident() const { return m_id; }
    [[nodiscard]] QString sentence() const { return m_sentence; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void go(int by);
    void arrange();

    FindingsView* m_findings;
    QWidget* m_actions;
    QPushButton* m_affected = nullptr;
    QPushButton* m_compare = nullptr;
    QPushButton* m_check = nullptr;
    QToolButton* m_before;
    QToolButton* m_next;
    QToolButton* m_all; ///< opens a menu
    std::uint64_t m_id = 0;
    QString m_title;
    QString m_sentence;
    QString m_place; ///< "2 of 3"; empty when there is one only
    bool m_isBad = true;
    bool m_isChosen = false; ///< the person went to this one
    bool m_isDismissed = false;
    std::size_t m_dismissed = 0; ///< how many there were then
};

} // namespace murmur
