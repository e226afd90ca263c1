// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/urlreader.h"

#include "bus/connection.h"

#include <QUrlQuery>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

UrlReader::UrlReader(QUrl url, QString bus, std::int64_t now)
    : m_url(std::move(url))
    , m_bus(std::move(bus))
    , m_now(now)
    , m_items(QUrlQuery(m_url).queryItems(QUrl::FullyDecoded))
{
    if (!m_url.password().isEmpty()) {
        refuse(u"a password does not belong into a URL, which is shown and stored; give it with "
               "--password-file or in MURMURSCOPE_PASSWORD"_s);
    }
}

QString UrlReader::host(const QString& otherwise) const
{
    const QString host = m_url.host();
    return host.isEmpty() ? otherwise : host;
}

std::uint16_t UrlReader::port(std::uint16_t otherwise) const
{
    return static_cast<std::uint16_t>(m_url.port(otherwise));
}

void UrlReader::refuse(const QString& sentence, ErrorCode code)
{
    if (!m_error) {
        m_error = Error{code, beforeColon(shownUrl(m_url)) + ": "_L1 + sentence +
                                  (sentence.endsWith(u'.') ? u""_s : u"."_s)};
    }
}

std::optional<QString> UrlReader::single(const QString& name)
{
    m_known << name;
    std::optional<QString> found;
    for (const auto& [key, value] : m_items) {
        if (key != name)
            continue;
        if (found)
            refuse(u"%1 is given twice"_s.arg(name));
        found = value;
    }
    return found;
}

QString UrlReader::text(const QString& name, const QString& otherwise)
{
    return single(name).value_or(otherwise);
}

QStringList UrlReader::list(const QString& name)
{
    m_known << name;
    QStringList values;
    for (const auto& [key, value] : m_items) {
        if (key != name)
            continue;
        const QStringList parts = value.split(u',', Qt::SkipEmptyParts);
        if (parts.isEmpty())
            refuse(u"%1 is given without a value; leave it out, or write %1=NAME"_s.arg(name));
        values += parts;
    }
    return values;
}

bool UrlReader::flag(const QString& name, bool otherwise)
{
    const auto value = single(name);
    if (!value)
        return otherwise;
    if (value->isEmpty() || *value == "1"_L1 || *value == "true"_L1 || *value == "yes"_L1)
        return true;
    if (*value != "0"_L1 && *value != "false"_L1 && *value != "no"_L1)
        refuse(u"%1 is 1 or 0, not “%2”"_s.arg(name, *value));
    return false;
}

std::int64_t UrlReader::number(const QString& name, std::int64_t least, std::int64_t most,
                               std::int64_t otherwise)
{
    const auto value = single(name);
    if (!value)
        return otherwise;
    bool ok = false;
    const std::int64_t number = value->toLongLong(&ok);
    if (ok && number >= least && number <= most)
        return number;
    refuse(u"%1 is a number from %2 to %3, not “%4”"_s.arg(name).arg(least).arg(most).arg(*value));
    return otherwise;
}

std::int64_t UrlReader::bytes(const QString& name, std::int64_t least, std::int64_t most,
                              std::int64_t otherwise)
{
    const auto value = single(name);
    if (!value)
        return otherwise;
    const auto bytes = bytesFromText(*value);
    if (bytes && *bytes >= least && *bytes <= most)
        return *bytes;
    refuse(u"%1 is a size from %2 to %3, not “%4”"_s.arg(name, bytesText(least), bytesText(most),
                                                         *value));
    return otherwise;
}

nanoseconds UrlReader::duration(const QString& name, nanoseconds least, nanoseconds most,
                                nanoseconds otherwise)
{
    const auto value = single(name);
    if (!value)
        return otherwise;
    const auto duration = durationFromText(*value);
    if (duration && *duration >= least && *duration <= most)
        return *duration;
    refuse(u"%1 is a duration from %2 to %3, not “%4”"_s.arg(name, durationText(least),
                                                             durationText(most), *value));
    return otherwise;
}

QString UrlReader::choice(const QString& name, std::initializer_list<const char*> known,
                          const QString& otherwise)
{
    const auto value = single(name);
    if (!value)
        return otherwise;
    QStringList names;
    for (const char* one : known)
        names << QLatin1StringView(one);
    if (names.contains(*value))
        return *value;
    refuse(u"%1 is one of %2, not “%3”"_s.arg(name, names.join(u", "_s), *value));
    return otherwise;
}

Position UrlReader::position(const QString& name, const Position& otherwise)
{
    const auto value = single(name);
    if (!value)
        return otherwise;
    const auto position = positionFromText(*value, m_now);
    if (position)
        return *position;
    refuse(name + ": "_L1 + position.error().message);
    return otherwise;
}

void UrlReader::checkOrder(const Position& from, const Position& to)
{
    using What = Position::What;
    const auto timeOf = [this](const Position& position) {
        return position.what == What::Now    ? m_now
               : position.what == What::Time ? position.time
                                             : kNoTime;
    };
    const std::int64_t begin = timeOf(from);
    const std::int64_t end = timeOf(to);
    if (begin != kNoTime && end != kNoTime && end < begin)
        refuse(u"to is before from, so there is nothing to read"_s);
}

TlsOptions UrlReader::tls(bool isOn, const QByteArray& keyPassword)
{
    TlsOptions options;
    options.isOn = isOn;
    options.caFile = text(u"ca"_s);
    options.certFile = text(u"cert"_s);
    options.keyFile = text(u"key"_s);
    options.serverName = text(u"server-name"_s);
    options.insecure = flag(u"insecure"_s);
    options.keyPassword = secretOr(keyPassword, "MURMURSCOPE_KEY_PASSWORD");
    const bool isAsked = options.insecure || !options.serverName.isEmpty() ||
                         !options.caFile.isEmpty() || !options.certFile.isEmpty() ||
                         !options.keyFile.isEmpty();
    if (isAsked && !isOn) {
        refuse(u"ca, cert, key, server-name and insecure are for encrypted connections; %1:// is "
               "not one"_s.arg(m_url.scheme()));
    } else if (const Status files = options.check(); !files) {
        refuse(files.error().message, files.error().code);
    }
    return options;
}

Status UrlReader::finish()
{
    for (const auto& [key, value] : m_items) {
        if (m_known.contains(key))
            continue;
        if (key == "token"_L1 || key == "password"_L1) {
            refuse(u"a %1 does not belong into a URL, which is shown and stored; give it with "
                   "--%1-file or in MURMURSCOPE_%2"_s.arg(key, key.toUpper()));
            break;
        }
        QStringList known = m_known;
        std::ranges::sort(known);
        refuse(u"%1 has no option “%2”; it has %3"_s.arg(m_bus, key, known.join(u", "_s)));
        break;
    }
    if (m_error)
        return *m_error;
    return Done{};
}

} // namespace murmur
