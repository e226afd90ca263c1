// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dryrun.h"

#include "command.h"
#include "output.h"

#include "bus/listening.h"
#include "session/historyprobe.h"

#include <QEventLoop>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

HistoryExpectation expectationOf(const QUrl& url, const ConnectionOptions& options)
{
    HistoryExpectation found;
    HistoryProbe probe({url}, options);
    QEventLoop loop;
    QObject::connect(&probe, &HistoryProbe::done, &loop,
                     [&](const HistoryExpectation& expectation) {
                         found = expectation;
                         loop.quit();
                     });
    probe.start();
    loop.exec();
    return found;
}

std::string jsonLine(const QUrl& url, bool isWindow, const HistoryExpectation& expectation)
{
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    json.key("url");
    json.text(shownUrl(url));
    json.key("window");
    json.boolean(isWindow);
    for (const auto& [key, value] :
         {std::pair{"messages", expectation.messages}, std::pair{"bytes", expectation.bytes}}) {
        json.key(key);
        if (value < 0)
            json.null();
        else
            json.number(value);
    }
    json.key("seconds");
    if (expectation.time.count() < 0)
        json.null();
    else
        json.raw(QByteArray::number(static_cast<double>(expectation.time.count()) / 1e9, 'f', 1)
                     .toStdString());
    json.key("failure");
    json.textOrNull(expectation.failure);
    json.endObject();
    out += '\n';
    return out;
}

} // namespace

int dryRun(const std::vector<QUrl>& urls, const ConnectionOptions& options, bool json)
{
    StandardOutput output;
    QString failure;
    for (const QUrl& url : urls) {
        const bool isWindow = readsWindow(url);
        HistoryExpectation expectation;
        if (isWindow) {
            expectation = expectationOf(url, options);
        } else {
            // Only what would go wrong at once can be told.
            const auto made = createConnection(url, ConnectionContext{{}, nullptr, options});
            if (!made)
                return failed(made.error());
        }
        if (failure.isEmpty())
            failure = expectation.failure;
        const QString said =
            isWindow ? expectation.text() : u"no end: it is listened to until the recording ends"_s;
        if (!json && !expectation.failure.isEmpty())
            continue;
        const QString line = u"%1: %2"_s.arg(beforeColon(shownUrl(url)), said);
        output.write(json ? jsonLine(url, isWindow, expectation)
                          : printable(line).toStdString() + '\n');
    }
    const int written = output.finish();
    return failure.isEmpty() ? written : failed({ErrorCode::Unreachable, failure});
}

} // namespace murmur::cli
