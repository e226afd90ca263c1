// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagediff.h"

#include "base/kind.h"
#include "replay/answerdiff.h"
#include "session/decodedpayload.h"
#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/messages/payloadreading.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostRows = 500;
constexpr qsizetype kMostSteps = 4'000'000; ///< lines by lines
constexpr qsizetype kLongestValue = 2'000;

struct DiffTr
{
    Q_DECLARE_TR_FUNCTIONS(MessageDiff)
};

void addChange(MessageDiff& diff, const QString& path, const QString& before, const QString& after)
{
    if (before == after)
        return;
    const DiffRow::Is is = before.isEmpty()  ? DiffRow::Is::Added
                           : after.isEmpty() ? DiffRow::Is::Removed
                                             : DiffRow::Is::Changed;
    diff.rows.push_back({is, path, before, after, false});
}

void addEnvelope(MessageDiff& diff, const MessageDetail& before, const MessageDetail& after,
                 const Dictionaries& names)
{
    const auto add = [&](const QString& path, auto text) {
        addChange(diff, path, text(before), text(after));
    };
    add(u"kind"_s, [](const MessageDetail& one) {
        return QString::fromStdString(std::string(kindName(one.row.kind)));
    });
    add(u"type"_s, [&](const MessageDetail& one) {
        return QString::fromStdString(names.typeName(one.row.type));
    });
    add(u"topic"_s, [&](const MessageDetail& one) {
        return QString::fromStdString(names.topicName(one.row.topic));
    });
    add(u"from"_s, [&](const MessageDetail& one) {
        return QString::fromStdString(names.agentName(one.row.sender));
    });
    add(u"to"_s, [&](const MessageDetail& one) { return audienceText(names, one.row.audience); });
}

void addHeaders(MessageDiff& diff, const MessageDetail& before, const MessageDetail& after)
{
    using Header = HeaderList::value_type;
    const auto valueOf = [](const MessageDetail& one, const std::string& name) {
        const auto at = std::ranges::find(one.headers, name, &Header::first);
        return at == one.headers.end() ? QString() : QString::fromStdString(at->second);
    };
    const auto pathOf = [](const std::string& name) {
        return u"header."_s + QString::fromStdString(name);
    };
    for (const auto& [name, value] : before.headers)
        addChange(diff, pathOf(name), QString::fromStdString(value), valueOf(after, name));
    for (const auto& [name, value] : after.headers) {
        if (std::ranges::find(before.headers, name, &Header::first) == before.headers.end())
            addChange(diff, pathOf(name), {}, QString::fromStdString(value));
    }
}

PayloadReading readingOf(const MessageDetail& detail,
                         const std::shared_ptr<const Dictionaries>& names,
                         const std::stop_token& stop)
{
    PayloadRequest request;
    request.bytes = detail.payload();
    request.names = names;
    request.topic = codecTopic(detail, *names);
    request.headers = headersToBytes(detail.headers);
    auto reading = readPayload(request, stop);
    return reading ? std::move(*reading) : PayloadReading();
}

QString shortened(QString value)
{
    if (value.size() > kLongestValue)
        value = value.left(kLongestValue) + u'…';
    return value;
}

} // namespace

QString diffSign(DiffRow::Is is)
{
    switch (is) {
    case DiffRow::Is::Added:
        return u"+"_s;
    case DiffRow::Is::Removed:
        return u"−"_s;
    case DiffRow::Is::Changed:
        break;
    }
    return u"△"_s;
}

QString diffWord(DiffRow::Is is)
{
    switch (is) {
    case DiffRow::Is::Added:
        return DiffTr::tr("added");
    case DiffRow::Is::Removed:
        return DiffTr::tr("removed");
    case DiffRow::Is::Changed:
        break;
    }
    return DiffTr::tr("changed");
}

QString MessageDiff::summary() const
{
    if (rows.empty())
        return DiffTr::tr("nothing differs");
    QStringList parts;
    for (const DiffRow::Is is : {DiffRow::Is::Changed, DiffRow::Is::Added, DiffRow::Is::Removed}) {
        const auto count = std::ranges::count(rows, is, &DiffRow::is);
        if (count > 0)
            parts << DiffTr::tr("%1 %2").arg(numberText(count), diffWord(is));
    }
    if (isCut)
        parts << DiffTr::tr("and more");
    return parts.join(u", "_s);
}

/// Lines that both have at the beginning and at the end are the same; between them the longest
/// common sequence stays. Where that would take too long all between them was replaced.
std::vector<DiffRow> lineDifferences(const QString& before, const QString& after, std::size_t most)
{
    const QStringList old = before.split(u'\n');
    const QStringList now = after.split(u'\n');
    qsizetype first = 0;
    while (first < old.size() && first < now.size() && old[first] == now[first])
        ++first;
    qsizetype oldEnd = old.size();
    qsizetype nowEnd = now.size();
    while (oldEnd > first && nowEnd > first && old[oldEnd - 1] == now[nowEnd - 1]) {
        --oldEnd;
        --nowEnd;
    }
    const qsizetype rows = oldEnd - first;
    const qsizetype columns = nowEnd - first;
    std::vector<std::uint32_t> common; // of what is left of both from there on
    if (rows > 0 && columns > 0 && rows <= kMostSteps / columns) {
        common.assign(static_cast<std::size_t>((rows + 1) * (columns + 1)), 0);
        for (qsizetype i = rows; i-- > 0;) {
            for (qsizetype j = columns; j-- > 0;) {
                const auto at = [&](qsizetype a, qsizetype b) -> std::uint32_t& {
                    return common[static_cast<std::size_t>(a * (columns + 1) + b)];
                };
                at(i, j) = old[first + i] == now[first + j] ? at(i + 1, j + 1) + 1
                                                            : std::max(at(i + 1, j), at(i, j + 1));
            }
        }
    }
    const auto left = [&](qsizetype i, qsizetype j) -> std::uint32_t {
        return common.empty() ? 0 : common[static_cast<std::size_t>(i * (columns + 1) + j)];
    };
    std::vector<DiffRow> found;
    for (qsizetype i = 0, j = 0; (i < rows || j < columns) && found.size() < most;) {
        const bool isSame =
            !common.empty() && i < rows && j < columns && old[first + i] == now[first + j];
        if (isSame) {
            ++i;
            ++j;
        } else if (j >= columns || (i < rows && left(i + 1, j) >= left(i, j + 1))) {
            found.push_back({DiffRow::Is::Removed,
                             DiffTr::tr("line %1").arg(numberText(first + i + 1)),
                             shortened(old[first + i]),
                             {},
                             false});
            ++i;
        } else {
            found.push_back({DiffRow::Is::Added,
                             DiffTr::tr("line %1").arg(numberText(first + j + 1)),
                             {},
                             shortened(now[first + j]),
                             false});
            ++j;
        }
    }
    return found;
}

MessageDiff messageDiff(const MessageDetail& before, const MessageDetail& after,
                        const std::shared_ptr<const Dictionaries>& names,
                        const std::stop_token& stop)
{
    MessageDiff diff;
    addEnvelope(diff, before, after, *names);
    addHeaders(diff, before, after);
    const PayloadReading one = readingOf(before, names, stop);
    const PayloadReading other = readingOf(after, names, stop);
    if (stop.stop_requested())
        return diff;
    if (one.json && other.json) {
        const auto found = answerDifferences(one.json->text(), other.json->text(), kMostRows);
        for (const AnswerDifference& difference : found) {
            const DiffRow::Is is = difference.recorded.isEmpty()   ? DiffRow::Is::Added
                                   : difference.received.isEmpty() ? DiffRow::Is::Removed
                                                                   : DiffRow::Is::Changed;
            const bool isList = difference.path.startsWith(u'[');
            const QString path = difference.path.isEmpty() ? u"payload"_s
                                 : isList                  ? u"payload"_s + difference.path
                                                           : u"payload."_s + difference.path;
            diff.rows.push_back({is, path, shortened(difference.recorded),
                                 shortened(difference.received), difference.isVolatile});
        }
        diff.isCut = found.size() >= kMostRows;
        return diff;
    }
    diff.isByLine = true;
    const auto textOf = [](const PayloadReading& reading) {
        return reading.json ? QString::fromUtf8(reading.json->pretty()) : reading.text;
    };
    if (one.text.isEmpty() && other.text.isEmpty() && before.payload() != after.payload()) {
        addChange(diff, u"payload"_s, bytesText(before.payloadSize), bytesText(after.payloadSize));
        if (before.payloadSize == after.payloadSize)
            diff.rows.push_back({DiffRow::Is::Changed, u"payload"_s,
                                 DiffTr::tr("other bytes, as many"), bytesText(after.payloadSize),
                                 false});
        return diff;
    }
    const auto lines = lineDifferences(textOf(one), textOf(other), kMostRows);
    diff.rows.insert(diff.rows.end(), lines.begin(), lines.end());
    diff.isCut = lines.size() >= kMostRows || one.isCut || other.isCut;
    return diff;
}

} // namespace murmur
