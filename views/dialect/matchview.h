// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/dialect/dialectpreview.h"

#include <QPlainTextEdit>

namespace murmur {

/// One message, with the bits that the fields are read from marked, and which they are.
class MatchView : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit MatchView(QWidget* parent = nullptr);

    void showMessage(const PreviewRequest& request, std::size_t message);
    void clearMessage(const QString& note = {});
    /// The texts that are marked, in their order.
    [[nodiscard]] QStringList marked() const { return m_marked; }

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Bit
    {
        int begin = 0;
        int end = 0;
    };
    void paintBits();

    std::vector<Bit> m_bits; ///< in the text
    QStringList m_marked;
};

} // namespace murmur
