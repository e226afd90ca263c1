// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

namespace murmur {

/// One place where two answers are not the same.
struct AnswerDifference
{
    QString path;     ///< "payload.task.id"; empty: the whole
    QString recorded; ///< as JSON; empty: it is not there
    QString received;
    /// Ids and times: they differ each time.
    bool isVolatile = false;
};

/// In the order of the recorded one. What is no JSON is compared as bytes. At most `most`.
std::vector<AnswerDifference> answerDifferences(const QByteArray& recorded,
                                                const QByteArray& received, std::size_t most = 200);

} // namespace murmur
