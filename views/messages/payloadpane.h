// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/messages/payloadreading.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTreeView;

namespace murmur {

class CodecButton;
class JsonModel;
class PictureView;

/// A payload, decoded: as a tree where it is JSON or something like it, as text, as a picture, else
/// as a sentence that says what it is. Reads it only while it is visible, and off the GUI thread
/// where that may take a while.
class PayloadPane : public QWidget, public MenuOwner
{
    Q_OBJECT
public:
    explicit PayloadPane(QWidget* parent = nullptr);

    void setPayload(const PayloadRequest& request);
    /// Reads it again: a rule has changed.
    void readAgain();
    /// A word about what is under way.
    void say(const QString& note);
    [[nodiscard]] QString asText() const;
    void fillPickedMenu(QMenu& menu) override;
    [[nodiscard]] bool isSettled() const { return !m_parse.isBusy() && !m_schema.isBusy(); }
    [[nodiscard]] JsonModel* model() const { return m_model; }
    [[nodiscard]] QTreeView* tree() const { return m_tree; }
    [[nodiscard]] QLineEdit* search() const { return m_search; }
    [[nodiscard]] CodecButton* codec() const { return m_codec; }
    [[nodiscard]] PictureView* picture() const { return m_picture; }
    [[nodiscard]] QString note() const;

Q_SIGNALS:
    /// A person chose how payloads of a topic are read: "fleet/pose=msgpack", "orders=avro:x.avsc".
    void codecChosen(const QString& topic, const QString& rule);
    void schemasWanted();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void read();
    void present(const Result<PayloadReading>& answer);
    void presentCodec(const Decoded& decoded);
    void choose(const QString& codec, const QString& schema);
    void stopReading();
    void expand();
    void showMenu(const QPoint& position);
    void fillMenuOf(QMenu& menu, const QModelIndex& index);
    [[nodiscard]] QString chosenCodec() const;

    QLineEdit* m_search;
    CodecButton* m_codec;
    QLabel* m_note;
    QPushButton* m_cancel;
    QStackedWidget* m_pages;
    QTreeView* m_tree;
    QPlainTextEdit* m_text;
    PictureView* m_picture;
    JsonModel* m_model;
    QTimer m_patience; ///< until a reading is slow
    PayloadRequest m_request;
    bool m_isRead = true;
    LatestJob m_parse;
    LatestJob m_schema;
};

/// Text of at most `limit` bytes for a text widget, and whether something was left out.
QString boundedText(const QByteArray& bytes, qsizetype limit, bool* isCut);

} // namespace murmur
