// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/replaywish.h"

#include <QWidget>

#include <utility>
#include <vector>

class QCheckBox;
class QGridLayout;
class QHBoxLayout;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;
class QUrl;

namespace murmur {

/// The part of a wish of a replay that is needed now and then: folded away until it is.
class ReplayMore : public QWidget
{
    Q_OBJECT
public:
    ReplayMore(int labelWidth, QLineEdit* pauseAt, QWidget* parent);

    void readInto(ReplayWish& wish) const;
    void show(const ReplayWish& wish);
    /// What only some buses have is seen for those, and where it is set.
    void setTarget(const QUrl& target);
    /// Of its fields, how many say something.
    [[nodiscard]] int count() const;
    /// Only what may change while it is sent.
    void setRunning(bool isRunning);

Q_SIGNALS:
    void edited();
    /// Enter in a field.
    void submitted();

private:
    using Flag = bool ReplayWish::*;
    QLineEdit* field(const QString& name, const QString& placeholder);
    QLineEdit* field(QLineEdit* edit, const QString& name, const QString& placeholder);
    QCheckBox* check(Flag flag, const QString& text, const QString& schemes = {});
    QHBoxLayout* addRow(QGridLayout* grid, const QString& label);
    void buildWhen(QGridLayout* grid);
    void buildChanged(QGridLayout* grid);
    void buildBus(QGridLayout* grid);
    void buildLimits(QGridLayout* grid);
    void showChecks();

    struct Check
    {
        Flag flag;
        QCheckBox* box;
        QString schemes; ///< empty: all
    };
    std::vector<Check> m_checks;
    std::vector<std::pair<std::string ReplayWish::*, QLineEdit*>> m_texts;
    QString m_scheme;
    QLineEdit* m_pauseAt;
    QSpinBox* m_burst = nullptr;
    QPlainTextEdit* m_headers = nullptr;
    QLineEdit* m_strips = nullptr;
    QLineEdit* m_toxic = nullptr;
    QLineEdit* m_maxRate = nullptr;
    QLineEdit* m_maxMessages = nullptr;
    QLineEdit* m_maxBytes = nullptr;
};

} // namespace murmur
