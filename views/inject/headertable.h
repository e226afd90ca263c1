// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"

#include <QTableWidget>

namespace murmur {

/// Names and values of headers, with one empty row at the end for the next. Delete takes a row
/// away.
class HeaderTable : public QTableWidget
{
    Q_OBJECT
public:
    explicit HeaderTable(QWidget* parent = nullptr);

    void setHeaders(const HeaderList& headers);
    [[nodiscard]] HeaderList headers() const;

Q_SIGNALS:
    void edited();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void addRow(const QString& name, const QString& value);
    void keepSpareRow();
};

} // namespace murmur
