// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/traffic.h"

namespace murmur::test {

/// A recording that must open.
inline std::unique_ptr<Session> opened(const QString& path)
{
    auto session = Session::open(path);
    if (!session)
        qFatal("%s", qUtf8Printable(session.error().message));
    return std::move(*session);
}

/// Every message that a connection received is recorded or in a gap, and the rows are there.
inline void checkLedger(const QString& path)
{
    const auto session = opened(path);
    const auto info = waitFor(session->info());
    QVERIFY(info.ok());
    std::int64_t recorded = 0;
    for (const ConnectionInfo& connection : info->connections) {
        QCOMPARE(connection.received, connection.recorded + connection.lost);
        recorded += connection.recorded;
    }
    QCOMPARE(recorded, info->extent.messages() + info->trimmed);
    RowRequest all;
    all.first = info->extent.first;
    all.count = static_cast<int>(info->extent.messages());
    const auto rows = waitFor(session->rows(all));
    QVERIFY(rows.ok());
    QCOMPARE(static_cast<std::int64_t>(rows->size()), info->extent.messages());
    // Tiles are made again after a failure: they must not count twice.
    TileRequest request;
    request.range = info->extent.time;
    request.columns = 50;
    if (info->extent.messages() > 0) {
        const auto slice = waitFor(session->tiles(request));
        QVERIFY(slice.ok());
        QCOMPARE(slice->total.total, info->extent.messages());
    }
}

inline std::vector<Gap> gapsOf(const QString& path)
{
    const auto gaps = waitFor(opened(path)->gaps());
    return gaps ? *gaps : std::vector<Gap>();
}

} // namespace murmur::test
