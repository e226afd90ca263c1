// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "observe/observedenvironment.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QByteArray httpOf(const QUrl& url)
{
    return "http://" + url.host().toLatin1() + ':' + QByteArray::number(url.port());
}

/// NODE_OPTIONS divides at spaces, and quotes as here.
QByteArray quoted(QByteArray path)
{
    path.replace('\\', "\\\\").replace('"', "\\\"");
    return '"' + path + '"';
}

} // namespace

ObservedEnvironment observedEnvironment(const std::function<QByteArray(const char*)>& valueOf,
                                        const ObservationPoints& points)
{
    ObservedEnvironment result;
    const auto set = [&](const char* name, const QByteArray& value) {
        result.changes.emplace_back(name, value);
    };
    set("MURMURSCOPE_HUB", httpOf(points.hub));
    if (!points.token.isEmpty())
        set("MURMURSCOPE_TOKEN", points.token);
    set("MURMURSCOPE_NOTES", QFile::encodeName(points.notes));

    // A person who sends to a collector of their own goes on doing so.
    for (const char* name : {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}) {
        if (!valueOf(name).isEmpty())
            result.kept
                << u"%1 is set already, so OpenTelemetry goes on reporting to %2 and not to "
                   "us; unset it to see its spans here."_s.arg(
                       QLatin1StringView(name), QString::fromLocal8Bit(valueOf(name)));
    }
    if (valueOf("OTEL_SDK_DISABLED").toLower() == "true")
        result.kept << u"OTEL_SDK_DISABLED is true, so OpenTelemetry reports nothing; unset it to "
                       "see its spans here."_s;
    if (result.kept.isEmpty()) {
        set("OTEL_EXPORTER_OTLP_ENDPOINT", httpOf(points.otlp));
        set("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        const QByteArray headers = valueOf("OTEL_EXPORTER_OTLP_HEADERS");
        if (!points.token.isEmpty())
            set("OTEL_EXPORTER_OTLP_HEADERS", (headers.isEmpty() ? QByteArray() : headers + ',') +
                                                  "authorization=Bearer%20" +
                                                  points.token.toPercentEncoding());
    }
    if (points.bridges.isEmpty())
        return result;

    const QByteArray folder = QFile::encodeName(points.bridges);
    const QByteArray paths = valueOf("PYTHONPATH");
    set("PYTHONPATH", folder + "/python" + (paths.isEmpty() ? QByteArray() : ':' + paths));
    // --require and not --import: a Node too old for the latter would refuse to start.
    const QByteArray options = valueOf("NODE_OPTIONS");
    set("NODE_OPTIONS", (options.isEmpty() ? QByteArray() : options + ' ') + "--require " +
                            quoted(folder + "/javascript/register.cjs"));
    return result;
}

QString bridgesFolder()
{
    const QString given = qEnvironmentVariable("MURMURSCOPE_BRIDGES");
    const QString path = given.isEmpty() ? QDir::cleanPath(QCoreApplication::applicationDirPath() +
                                                           "/../share/murmurscope/bridges"_L1)
                                         : QFileInfo(given).absoluteFilePath();
    return QFileInfo::exists(path + "/python/sitecustomize.py"_L1) ? path : QString();
}

} // namespace murmur
