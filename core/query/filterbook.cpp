// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/filterbook.h"

#include "query/filter.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QStandardPaths>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kLargestBook = 4 << 20;
constexpr qsizetype kLongestName = 60;

} // namespace

QString FilterBook::usualPath()
{
    const QByteArray named = qgetenv("MURMURSCOPE_FILTERS");
    if (!named.isEmpty())
        return QFile::decodeName(named);
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           u"/murmurscope/filters.json"_s;
}

bool FilterBook::isName(QStringView name)
{
    if (name.isEmpty() || name.size() > kLongestName || !name.front().isLetter())
        return false;
    return std::ranges::all_of(
        name, [](QChar c) { return c.isLetterOrNumber() || c == u'-' || c == u'_'; });
}

Result<FilterBook> FilterBook::load(const QString& path)
{
    FilterBook book;
    QFile file(path);
    if (!file.exists())
        return book;
    const auto wrong = [&path](const QString& what) {
        return Error{ErrorCode::Unreadable,
                     u"The filters in %1 cannot be read: %2."_s.arg(path, what)};
    };
    if (!file.open(QIODevice::ReadOnly))
        return wrong(file.errorString());
    if (file.size() > kLargestBook)
        return wrong(u"the file is too large"_s);
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &problem);
    if (problem.error != QJsonParseError::NoError)
        return wrong(u"%1 at byte %2"_s.arg(problem.errorString()).arg(problem.offset));
    if (!document.object().value("filters"_L1).isArray())
        return wrong(u"it has no list \"filters\""_s);
    for (const QJsonValue& value : document.object().value("filters"_L1).toArray()) {
        const QJsonObject row = value.toObject();
        const NamedFilter filter{row.value("name"_L1).toString(), row.value("where"_L1).toString()};
        if (!isName(filter.name))
            return wrong(u"\"%1\" is no name of a filter"_s.arg(filter.name));
        // What it says is looked at where it is used: it may name one that comes later.
        std::erase_if(book.m_filters,
                      [&](const NamedFilter& other) { return other.name == filter.name; });
        book.m_filters.push_back(filter);
    }
    std::ranges::sort(book.m_filters, {}, &NamedFilter::name);
    return book;
}

Status FilterBook::save(const QString& path) const
{
    QJsonArray rows;
    for (const NamedFilter& filter : m_filters)
        rows.append(QJsonObject{{u"name"_s, filter.name}, {u"where"_s, filter.text}});
    QDir().mkpath(QFileInfo(path).absolutePath());
    QSaveFile file(path);
    const QByteArray json = QJsonDocument(QJsonObject{{u"filters"_s, rows}}).toJson();
    if (!file.open(QIODevice::WriteOnly) || file.write(json) != json.size() || !file.commit())
        return Error{ErrorCode::Unwritable,
                     u"The filters cannot be kept in %1: %2."_s.arg(path, file.errorString())};
    return Done{};
}

const NamedFilter* FilterBook::find(QStringView name) const
{
    const auto found = std::ranges::find_if(
        m_filters, [name](const NamedFilter& filter) { return filter.name == name; });
    return found == m_filters.end() ? nullptr : &*found;
}

Status FilterBook::put(const NamedFilter& filter)
{
    if (!isName(filter.name))
        return Error{
            ErrorCode::WrongUse,
            u"\"%1\" is no name of a filter: a letter, then letters, digits, - and _."_s.arg(
                filter.name)};
    if (filter.text.trimmed().isEmpty())
        return Error{ErrorCode::WrongUse, u"An empty filter is not kept: it holds for all."_s};
    if (const auto parsed = parseFilter(filter.text, {}); !parsed)
        return parsed.error();
    remove(filter.name);
    m_filters.push_back({filter.name, filter.text.trimmed()});
    std::ranges::sort(m_filters, {}, &NamedFilter::name);
    return Done{};
}

bool FilterBook::remove(QStringView name)
{
    return std::erase_if(m_filters,
                         [name](const NamedFilter& filter) { return filter.name == name; }) > 0;
}

void FilterBook::take(const FilterBook& other)
{
    for (const NamedFilter& filter : other.m_filters) {
        remove(filter.name);
        m_filters.push_back(filter);
    }
    std::ranges::sort(m_filters, {}, &NamedFilter::name);
}

} // namespace murmur
