// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "recordarguments.h"

#include "bus/connection.h"

#include <CLI/CLI.hpp>

#include <QUrl>
#include <QUrlQuery>

#include <memory>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct TapArguments
{
    RecordArguments recording;
    std::string listen = "127.0.0.1:9000";
    std::string upstream;
};

/// "9000", "127.0.0.1:9000" and any URL with these say where to listen.
Result<QUrl> tapUrl(const TapArguments& options)
{
    QString text = QString::fromStdString(options.listen);
    bool isPort = false;
    (void)text.toUShort(&isPort);
    if (isPort)
        text.prepend("127.0.0.1:"_L1);
    if (!text.contains("://"_L1))
        text.prepend("tap://"_L1);
    QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty())
        return Error{ErrorCode::WrongUse,
                     u"--listen says where agents connect, for example 127.0.0.1:9000; \"%1\" does "
                     "not."_s.arg(QString::fromStdString(options.listen))};
    url.setScheme(u"tap"_s);
    QUrlQuery query(url);
    const QString upstream = QString::fromStdString(options.upstream);
    query.addQueryItem(u"upstream"_s, QString::fromLatin1(QUrl::toPercentEncoding(upstream)));
    url.setQuery(query);
    return url;
}

int run(TapArguments options)
{
    const auto url = tapUrl(options);
    if (!url)
        return failed(url.error());
    options.recording.urls = {url->toString(QUrl::FullyEncoded).toStdString()};
    return recordWith(options.recording);
}

} // namespace

void addTap(CLI::App& app, Action& action)
{
    auto options = std::make_shared<TapArguments>();
    app.add_option("--listen", options->listen,
                   "Where agents connect: host and port, or a port; port 0 takes a free one")
        ->capture_default_str();
    app.add_option("--upstream", options->upstream,
                   "The server that they mean: ws://host:port/path or wss://host/path; also http, "
                   "https, grpc and grpcs")
        ->required();
    addRecordOptions(app, options->recording);
    app.footer("\nThe same as murmur record 'tap://LISTEN?upstream=UPSTREAM'; the URL takes more "
               "options (murmur help tap).\n"
               "Example: murmur tap --listen 127.0.0.1:9000 --upstream wss://server.example/ws "
               "-o session.murmur");
    app.callback([&app, &action, options] {
        settleRecordOptions(app, options->recording);
        action = [options] { return run(*options); };
    });
}

} // namespace murmur::cli
