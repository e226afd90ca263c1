// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/nats/natssettings.h"

#include "bus/lagwatch.h"
#include "bus/nats/natssubject.h"
#include "bus/urlreader.h"

#include <QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kMaxSubjects = 64;
constexpr qsizetype kMaxStreams = 64;

void readSubjects(UrlReader& url, NatsSettings& settings)
{
    const QStringList subjects = url.list(u"subject"_s);
    if (subjects.size() > kMaxSubjects)
        url.refuse(u"there are at most %1 subjects; name wider ones"_s.arg(kMaxSubjects));
    for (const QString& subject : subjects) {
        std::string pattern = subject.trimmed().toStdString();
        if (!isNatsPattern(pattern)) {
            url.refuse(u"“%1” is no subject: words divided by dots, * for one word, > at the end "
                       "for the rest"_s.arg(subject));
        } else if (std::ranges::find(settings.subjects, pattern) == settings.subjects.end()) {
            settings.subjects.push_back(std::move(pattern));
        }
    }
}

void readStreams(UrlReader& url, NatsSettings& settings)
{
    const QStringList streams = url.list(u"stream"_s);
    if (streams.size() > kMaxStreams)
        url.refuse(u"there are at most %1 streams"_s.arg(kMaxStreams));
    for (const QString& stream : streams) {
        std::string name = stream.trimmed().toStdString();
        // A name becomes a word of the subject that asks for it.
        if (!isNatsPattern(name) || name.find_first_of(".*>") != std::string::npos)
            url.refuse(u"“%1” is no name of a stream"_s.arg(stream));
        else if (std::ranges::find(settings.streams, name) == settings.streams.end())
            settings.streams.push_back(std::move(name));
    }
    settings.from = url.position(u"from"_s, settings.from);
    settings.to = url.position(u"to"_s, settings.to);
    settings.domain = url.text(u"domain"_s).toStdString();
    if (!settings.domain.empty() && !isNatsPattern(settings.domain))
        url.refuse(u"“%1” is no JetStream domain"_s.arg(QString::fromStdString(settings.domain)));
    const bool hasRange = settings.isHistory() || settings.to.what != Position::What::Never;
    if (hasRange && settings.streams.empty()) {
        url.refuse(u"from= and to= read what a stream keeps; name it with stream=NAME. Plain "
                   "subjects keep nothing"_s);
    }
    if (settings.from.what == Position::What::Never)
        url.refuse(u"from=never is no place to begin at"_s);
    if (settings.to.what == Position::What::Beginning)
        url.refuse(u"to=start would read nothing"_s);
    for (const Position& position : {settings.from, settings.to}) {
        if (position.what != Position::What::Place)
            continue;
        bool ok = false;
        if (position.place.toULongLong(&ok) == 0 || !ok) {
            url.refuse(u"“@%1” is no sequence of a stream; they count from @1"_s.arg(
                QString::fromUtf8(position.place)));
        } else if (settings.streams.size() > 1) {
            url.refuse(u"a sequence is a place in one stream; here are several"_s);
        }
    }
    url.checkOrder(settings.from, settings.to);
    if (settings.from.what == Position::What::Place && settings.to.what == settings.from.what &&
        settings.to.place.toULongLong() < settings.from.place.toULongLong())
        url.refuse(u"to is before from, so there is nothing to read"_s);
}

QString readableFile(UrlReader& url, const QString& name)
{
    QString path = url.text(name);
    if (!path.isEmpty() && !(QFileInfo(path).isFile() && QFileInfo(path).isReadable()))
        url.refuse(u"the %1 file %2 cannot be read"_s.arg(name, path), ErrorCode::Unreadable);
    return path;
}

} // namespace

QString NatsSettings::where() const
{
    return (host.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(host).arg(port);
}

Result<NatsSettings> natsSettingsFromUrl(const QUrl& url, const ConnectionOptions& options,
                                         std::int64_t now)
{
    UrlReader reader(url, u"NATS"_s, now);
    NatsSettings settings;
    settings.host = reader.host();
    settings.port = reader.port(4222);
    settings.user = reader.user().toUtf8();
    settings.password = secretOr(options.password, "MURMURSCOPE_PASSWORD");
    settings.token = secretOr(options.token, "MURMURSCOPE_TOKEN");
    settings.nkeyFile = readableFile(reader, u"nkey"_s);
    settings.credsFile = readableFile(reader, u"creds"_s);
    settings.tls = reader.tls(url.scheme() == "tls"_L1, options.keyPassword);
    if (url.path().size() > 1)
        reader.refuse(
            u"the URL has a path; subjects are given as subject=%1"_s.arg(url.path().mid(1)));
    readSubjects(reader, settings);
    readStreams(reader, settings);
    settings.watchesLag = lagFromUrl(reader);
    settings.hasInbox = reader.flag(u"inbox"_s);
    settings.hasAdvisories = reader.flag(u"advisories"_s);
    if (!settings.nkeyFile.isEmpty() && !settings.credsFile.isEmpty())
        reader.refuse(u"give nkey= or creds=, not both"_s);
    if (const Status read = reader.finish(); !read)
        return read.error();
    if (settings.streams.empty() && settings.subjects.empty())
        settings.subjects.emplace_back(">");
    return settings;
}

} // namespace murmur
