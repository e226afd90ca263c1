// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/moment.h"

#include <QRegularExpression>
#include <QStringDecoder>
#include <QUrl>

#include <algorithm>
#include <array>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QStringView kLinkBegin = u"murmur://open?";
constexpr qsizetype kLongestLink = 64 * 1024;
constexpr qsizetype kLongestItem = 16 * 1024;
constexpr std::size_t kMostRecordings = 64;

Error badLink(const QString& why)
{
    return {ErrorCode::WrongUse,
            u"This is no link to a moment: %1. Copy it anew with Session, Copy link."_s.arg(why)};
}

int hexDigit(QChar c)
{
    const char16_t u = c.unicode();
    return u >= u'0' && u <= u'9'   ? u - u'0'
           : u >= u'a' && u <= u'f' ? u - u'a' + 10
           : u >= u'A' && u <= u'F' ? u - u'A' + 10
                                    : -1;
}

/// The text behind %XX; nothing where that is malformed, no UTF-8, or has control characters.
std::optional<QString> decodedItem(QStringView item)
{
    QByteArray bytes;
    for (qsizetype at = 0; at < item.size(); ++at) {
        const char16_t c = item[at].unicode();
        if (c == u'%') {
            if (at + 2 >= item.size())
                return {};
            const int high = hexDigit(item[at + 1]);
            const int low = hexDigit(item[at + 2]);
            if (high < 0 || low < 0)
                return {};
            bytes += static_cast<char>(high * 16 + low);
            at += 2;
        } else if (c > u' ' && c < 0x7f) {
            bytes += static_cast<char>(c);
        } else {
            return {};
        }
    }
    QStringDecoder utf8(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    QString text = utf8(bytes);
    const bool isPlain = std::ranges::none_of(
        text, [](QChar c) { return c.category() == QChar::Other_Control || c.isNull(); });
    if (utf8.hasError() || !isPlain)
        return {};
    return text;
}

/// A file of this machine: "/data/night.murmur", "night.murmur".
bool isLocalPath(const QString& path)
{
    static const QRegularExpression scheme(u"^[A-Za-z][A-Za-z0-9+.-]*:"_s);
    if (path.isEmpty() || path.size() > 4096 || path == u"-" || path.startsWith(u"//"_s) ||
        path.startsWith(u"\\\\"_s) || path.contains(u"://"_s) || scheme.match(path).hasMatch())
        return false;
    return path.startsWith(u'/') || !path.contains(u'/');
}

/// The parts of a link, while they are read.
class LinkReader
{
public:
    Status take(const QString& name, const QString& value);
    Result<Moment> finish();

private:
    Status takeText(QString& to, const QString& value, const QRegularExpression& form,
                    const QString& what);
    Result<TimePoint> time(const QString& value) const;

    Moment m_moment;
    std::optional<TimePoint> m_from;
    std::optional<TimePoint> m_until;
};

Status LinkReader::takeText(QString& to, const QString& value, const QRegularExpression& form,
                            const QString& what)
{
    if (!form.match(value).hasMatch())
        return badLink(u"\"%1\" is no %2"_s.arg(value.left(60), what));
    to = value;
    return Done{};
}

Result<TimePoint> LinkReader::time(const QString& value) const
{
    const std::string text = value.toStdString();
    const std::int64_t ns = timeFromWire(std::string_view(text));
    if (ns == kNoTime || !value.endsWith(u'Z'))
        return badLink(u"\"%1\" is no time in UTC"_s.arg(value.left(60)));
    return fromNs(ns);
}

Status LinkReader::take(const QString& name, const QString& value)
{
    static const QRegularExpression number(u"\\A(?:[^:\"]{1,255}:)?[0-9]{1,19}\\z"_s);
    static const QRegularExpression word(u"\\A[a-z][a-z0-9-]{0,31}\\z"_s);
    static const QRegularExpression uuid(u"\\A[0-9A-Fa-f-]{8,64}\\z"_s);
    static const QRegularExpression any(u"\\A.{1,1024}\\z"_s);
    if (name == u"recording") {
        if (!isLocalPath(value))
            return badLink(u"\"%1\" is no file of a recording"_s.arg(value.left(60)));
        if (m_moment.recordings.size() >= kMostRecordings)
            return badLink(u"it names too many recordings"_s);
        m_moment.recordings.push_back({value, {}});
        return Done{};
    }
    if (name == u"uuid") {
        if (m_moment.recordings.empty())
            return badLink(u"a uuid stands before its recording"_s);
        return takeText(m_moment.recordings.back().uuid, value, uuid, u"uuid"_s);
    }
    if (name == u"select")
        return takeText(m_moment.select, value, number, u"number of a message"_s);
    if (name == u"view")
        return takeText(m_moment.view, value, word, u"view"_s);
    if (name == u"agent")
        return takeText(m_moment.agent, value, any, u"agent"_s);
    if (name == u"where") {
        m_moment.where = value;
        return Done{};
    }
    std::optional<TimePoint>* to = name == u"at"      ? &m_moment.at
                                   : name == u"from"  ? &m_from
                                   : name == u"until" ? &m_until
                                                      : nullptr;
    if (to == nullptr)
        return badLink(u"\"%1\" is not known"_s.arg(name.left(60)));
    const auto moment = time(value);
    if (!moment)
        return moment.error();
    *to = *moment;
    return Done{};
}

Result<Moment> LinkReader::finish()
{
    if (m_from.has_value() != m_until.has_value())
        return badLink(u"a window has a begin and an end"_s);
    if (m_from && *m_from >= *m_until)
        return badLink(u"its window ends before it begins"_s);
    if (m_from)
        m_moment.window = TimeRange{*m_from, *m_until};
    return std::move(m_moment);
}

} // namespace

bool isMomentLink(QStringView text) noexcept
{
    return text.startsWith(u"murmur:", Qt::CaseInsensitive);
}

QString linkOf(const Moment& moment)
{
    QStringList items;
    const auto add = [&](const QString& name, const QString& value) {
        if (!value.isEmpty())
            items << name + u'=' + QString::fromLatin1(QUrl::toPercentEncoding(value, "/:"));
    };
    for (const Moment::Recording& recording : moment.recordings) {
        add(u"recording"_s, recording.path);
        add(u"uuid"_s, recording.uuid);
    }
    if (moment.at)
        add(u"at"_s, isoTime(*moment.at));
    if (moment.window) {
        add(u"from"_s, isoTime(moment.window->begin));
        add(u"until"_s, isoTime(moment.window->end));
    }
    add(u"select"_s, moment.select);
    add(u"agent"_s, moment.agent);
    add(u"where"_s, moment.where);
    add(u"view"_s, moment.view);
    return kLinkBegin.toString() + items.join(u'&');
}

Result<Moment> momentFromLink(QStringView link)
{
    link = link.trimmed();
    if (link.size() > kLongestLink)
        return badLink(u"it is too long"_s);
    if (!link.startsWith(kLinkBegin, Qt::CaseInsensitive))
        return badLink(u"it does not begin with %1"_s.arg(kLinkBegin));
    LinkReader reader;
    QStringList seen;
    for (const QStringView item : link.mid(kLinkBegin.size()).split(u'&', Qt::SkipEmptyParts)) {
        const qsizetype sign = item.indexOf(u'=');
        const QString name = item.left(std::max<qsizetype>(0, sign)).toString();
        const auto value = item.size() > kLongestItem ? std::nullopt
                           : sign < 1                 ? std::nullopt
                                                      : decodedItem(item.mid(sign + 1));
        if (!value || value->isEmpty())
            return badLink(u"\"%1\" cannot be read"_s.arg(item.left(60)));
        const bool isOfRecording = name == u"recording" || name == u"uuid";
        if (!isOfRecording && seen.contains(name))
            return badLink(u"\"%1\" is there twice"_s.arg(name.left(60)));
        seen << name;
        if (auto status = reader.take(name, *value); !status)
            return status.error();
    }
    return reader.finish();
}

} // namespace murmur
