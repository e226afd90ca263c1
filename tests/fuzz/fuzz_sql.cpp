// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Any text is either a statement that can be run or stopped, or an error with a sentence.

#include "demo/offline.h"
#include "session/recorder.h"
#include "session/session.h"
#include "sql/sqldatabase.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace murmur;
using namespace Qt::StringLiterals;

/// Some hundred messages of the demo swarm.
std::unique_ptr<Session> makeSession(const QString& path)
{
    RecorderOptions options;
    options.path = path;
    Recorder recorder(options);
    if (!recorder.start())
        std::abort();
    recorder.setWaitsForRoom(true);
    OfflineOptions offline;
    offline.maxMessages = 300;
    offline.connection = recorder.registerConnection(QUrl(u"demo://"_s), u"demo"_s);
    const auto made = runOffline(offline, [&](std::vector<HeardMessage>&& batch) {
        recorder.sink().hear(std::move(batch));
    });
    if (!made || !recorder.stop())
        std::abort();
    auto session = Session::open(path);
    if (!session)
        std::abort();
    return std::move(*session);
}

struct Bed
{
    int argc = 1;
    std::array<char, 5> name{"fuzz"};
    std::array<char*, 2> argv{name.data(), nullptr};
    QCoreApplication application{argc, argv.data()};
    QTemporaryDir directory;
    std::unique_ptr<Session> session = makeSession(directory.filePath(u"fuzz.murmur"_s));
    std::unique_ptr<SqlDatabase> database = [this] {
        const std::array recordings{SqlDatabase::Recording{session.get(), "fuzz"}};
        auto made = SqlDatabase::over(recordings);
        if (!made)
            std::abort();
        return std::move(*made);
    }();
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static Bed bed;
    std::stop_source stop;
    int looks = 0;
    SqlRequest request;
    request.statement.assign(reinterpret_cast<const char*>(data), size);
    request.stop = stop.get_token();
    request.row = [](std::span<const SqlValue>) { return true; };
    request.progress = [&](std::int64_t, std::int64_t) {
        if (++looks == 20)
            stop.request_stop();
    };
    const auto summary = bed.database->run(request);
    if (!summary &&
        (summary.error().message.isEmpty() || summary.error().code == ErrorCode::Unreadable))
        std::abort();
    return 0;
}
