// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/messages/jsonindex.h"

#include <QWidget>

#include <memory>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;
class QTreeView;

namespace murmur {

class JsonModel;

/// A payload as a tree where it is JSON, as text where it is text, else as a sentence that says
/// what it is. Reads it only while it is visible, and off the GUI thread when it is large.
class PayloadPane : public QWidget
{
    Q_OBJECT
public:
    explicit PayloadPane(QWidget* parent = nullptr);

    void setPayload(const QByteArray& payload);
    [[nodiscard]] QString asText() const;
    [[nodiscard]] bool isSettled() const { return !m_parse.isBusy(); }
    [[nodiscard]] JsonModel* model() const { return m_model; }
    [[nodiscard]] QTreeView* tree() const { return m_tree; }
    [[nodiscard]] QLineEdit* search() const { return m_search; }
    [[nodiscard]] QString note() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void read();
    void present(const Result<JsonIndex>& answer);
    void expand();
    void showMenu(const QPoint& position);

    QLineEdit* m_search;
    QLabel* m_note;
    QStackedWidget* m_pages;
    QTreeView* m_tree;
    QPlainTextEdit* m_text;
    JsonModel* m_model;
    QByteArray m_payload;
    bool m_isRead = true;
    LatestJob m_parse;
};

/// Text of at most `limit` bytes for a text widget, and whether something was left out.
QString boundedText(const QByteArray& bytes, qsizetype limit, bool* isCut);

} // namespace murmur
