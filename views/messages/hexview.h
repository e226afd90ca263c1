// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/menuowner.h"

#include <QAbstractScrollArea>
#include <QByteArray>

namespace murmur {

/// Bytes as offset, hexadecimal and text, sixteen a line. Only the lines in view are painted.
class HexView : public QAbstractScrollArea, public MenuOwner
{
    Q_OBJECT
public:
    explicit HexView(QWidget* parent = nullptr);

    void setBytes(const QByteArray& bytes);
    [[nodiscard]] QByteArray bytes() const { return m_bytes; }
    [[nodiscard]] static QString line(const QByteArray& bytes, qsizetype offset);
    /// All lines, at most of the first mebibyte.
    [[nodiscard]] QString asText() const;
    void fillPickedMenu(QMenu& menu) override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void layOut();
    [[nodiscard]] int lineHeight() const;

    QByteArray m_bytes;
};

} // namespace murmur
