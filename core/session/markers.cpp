// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/markers.h"

#include "base/kind.h"
#include "session/jobs.h"
#include "session/notes.h"
#include "session/recordingset.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QLatin1StringView kKey("markers");
constexpr qsizetype kLongestText = 400;
constexpr std::uint32_t kColumns = TimeColumns | ActorColumns | SizeColumns | PayloadColumns;

/// A recording that keeps markers of its own.
struct Keeper
{
    QString path;
    QString uuid;
    std::int64_t offset = 0; ///< ns, added to its times
    TimeRange time;          ///< as the session shows it
};

Result<std::vector<Keeper>> keepersOf(const Source& source)
{
    std::vector<Keeper> keepers;
    if (source.set) {
        for (const Member& member : source.set->members) {
            const RecordingInfo& info = source.set->infos[member.info];
            keepers.push_back({info.path, info.uuid, member.offset, info.extent.time});
        }
        return keepers;
    }
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    keepers.push_back({source.pool->path(), (*lease)->meta().uuid, 0, {}});
    return keepers;
}

std::vector<Marker> markersOf(const Keeper& keeper)
{
    const QJsonObject kept =
        QJsonDocument::fromJson(readNote(keeper.path, keeper.uuid, kKey)).object();
    std::vector<Marker> markers;
    for (const QJsonValue& value : kept[u"list"].toArray()) {
        const QJsonObject one = value.toObject();
        const std::int64_t time = timeFromWire(one[u"time"].toString().toStdString());
        if (time != kNoTime && markers.size() < kMostMarkers)
            markers.push_back({movedTime(time, keeper.offset), one[u"text"].toString(), 0,
                               one[u"trigger"].toString()});
    }
    return markers;
}

Status keepMarkers(const Keeper& keeper, std::vector<Marker> markers)
{
    std::ranges::stable_sort(markers, {}, &Marker::time);
    QJsonArray list;
    for (const Marker& marker : markers) {
        QJsonObject one{{u"time"_s, isoTime(fromNs(movedTime(marker.time, -keeper.offset)))},
                        {u"text"_s, marker.text}};
        if (!marker.trigger.isEmpty())
            one.insert(u"trigger"_s, marker.trigger);
        list.append(one);
    }
    return keepNote(keeper.path, keeper.uuid, kKey,
                    QJsonDocument(QJsonObject{{u"list"_s, list}}).toJson(QJsonDocument::Compact));
}

std::int64_t distance(const Keeper& keeper, std::int64_t time)
{
    return std::max(
        {std::int64_t(0), toNs(keeper.time.begin) - time, time - toNs(keeper.time.end)});
}

/// What a person wrote on the marker.
QString textOf(std::string_view payload)
{
    const QByteArray bytes(payload.data(), static_cast<qsizetype>(payload.size()));
    const QJsonDocument document = QJsonDocument::fromJson('[' + bytes + ']');
    const QJsonValue value = document.array().at(0);
    QString text = value.toString();
    if (value.isObject()) {
        for (const QLatin1StringView key :
             {"text"_L1, "title"_L1, "name"_L1, "message"_L1, "label"_L1, "fault"_L1}) {
            const QJsonValue member = value.toObject().value(key);
            if (text.isEmpty() && member.isString())
                text = member.toString();
        }
    }
    if (text.isEmpty() && !value.isString())
        text = QString::fromUtf8(bytes);
    return text.simplified().left(kLongestText);
}

void gather(const Columns& columns, PayloadSource& payload, Seq after, std::vector<Marker>& out)
{
    for (std::size_t row = 0; row < columns.size(); ++row) {
        const Seq seq = columns.first + static_cast<Seq>(row);
        if (columns.kind[row] != static_cast<std::uint8_t>(Kind::Marker) || seq <= after ||
            out.size() >= kMostMarkers)
            continue;
        const std::string_view raw = payload.raw(row);
        const std::size_t offset = columns.payloadOffset[row];
        out.push_back({columns.time[row],
                       textOf(offset <= raw.size() ? raw.substr(offset, columns.payloadSize[row])
                                                   : std::string_view()),
                       seq});
    }
}

std::int64_t timeOf(const QString& text, TimeRange session)
{
    bool isNumber = false;
    const double number = text.trimmed().toDouble(&isNumber);
    if (isNumber)
        return text.contains(u'.') ? timeFromWire(number)
                                   : timeFromWire(std::int64_t(text.trimmed().toLongLong()));
    const auto time = timeFromText(text.trimmed(), session);
    return time ? toNs(*time) : kNoTime;
}

/// The cells of a line of CSV: quotes hold commas, two of them are one.
QStringList cellsOf(const QString& line)
{
    QStringList cells{QString()};
    bool isQuoted = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar letter = line[i];
        if (letter == u'"' && isQuoted && i + 1 < line.size() && line[i + 1] == u'"') {
            cells.back() += letter;
            ++i;
        } else if (letter == u'"') {
            isQuoted = !isQuoted;
        } else if (letter == u',' && !isQuoted) {
            cells << QString();
        } else {
            cells.back() += letter;
        }
    }
    return cells;
}

/// Reads one line after the other, and knows the columns of a table once it has met its titles.
class LineReader
{
public:
    explicit LineReader(TimeRange session)
        : m_session(session)
    {
    }

    /// False when it cannot be read.
    bool read(const QString& line, std::vector<Marker>& out)
    {
        QString time;
        QString text;
        if (line.startsWith(u'{')) {
            const QJsonObject object = QJsonDocument::fromJson(line.toUtf8()).object();
            const QJsonValue at = object.contains(u"time") ? object[u"time"] : object[u"at"];
            time = at.isDouble() ? QString::number(at.toInteger()) : at.toString();
            text = textOf(line.toStdString());
        } else {
            const QStringList cells = cellsOf(line);
            if (takeTitles(cells))
                return true;
            time = cells.value(m_time);
            text = cells.value(m_text);
        }
        const std::int64_t ns = timeOf(time, m_session);
        if (ns == kNoTime || text.trimmed().isEmpty())
            return false;
        out.push_back({ns, text.simplified().left(kLongestText), 0});
        return true;
    }

private:
    bool takeTitles(const QStringList& cells)
    {
        if (m_isBehindTitles)
            return false;
        m_isBehindTitles = true;
        qsizetype time = -1;
        qsizetype text = -1;
        for (qsizetype i = 0; i < cells.size(); ++i) {
            const QString title = cells[i].trimmed().toLower();
            if (time < 0 && (title == u"time" || title == u"at" || title == u"timestamp"))
                time = i;
            if (text < 0 && (title == u"text" || title == u"title" || title == u"message" ||
                             title == u"name" || title == u"label"))
                text = i;
        }
        if (time < 0 || text < 0)
            return false;
        m_time = time;
        m_text = text;
        return true;
    }

    TimeRange m_session;
    qsizetype m_time = 0;
    qsizetype m_text = 1;
    bool m_isBehindTitles = false;
};

} // namespace

Result<std::vector<Marker>> notedMarkers(const Source& source)
{
    const auto keepers = keepersOf(source);
    if (!keepers)
        return keepers.error();
    std::vector<Marker> all;
    for (const Keeper& keeper : *keepers) {
        for (Marker& marker : markersOf(keeper))
            all.push_back(std::move(marker));
    }
    std::ranges::stable_sort(all, {}, &Marker::time);
    return all;
}

Status noteMarkers(const Source& source, const std::vector<Marker>& markers)
{
    const auto keepers = keepersOf(source);
    if (!keepers)
        return keepers.error();
    for (const Keeper& keeper : *keepers) {
        std::vector<Marker> own = markersOf(keeper);
        const std::size_t had = own.size();
        for (const Marker& marker : markers) {
            const auto nearest = std::ranges::min_element(
                *keepers, {}, [&](const Keeper& one) { return distance(one, marker.time); });
            if (&*nearest == &keeper && std::ranges::find(own, marker) == own.end())
                own.push_back(marker);
        }
        if (own.size() > kMostMarkers)
            return Error{ErrorCode::WrongUse,
                         u"A recording has %1 markers at most; remove some."_s.arg(kMostMarkers)};
        if (own.size() == had)
            continue;
        if (auto kept = keepMarkers(keeper, std::move(own)); !kept)
            return kept;
    }
    return Done{};
}

Status removeMarker(const Source& source, const Marker& marker)
{
    const auto keepers = keepersOf(source);
    if (!keepers)
        return keepers.error();
    for (const Keeper& keeper : *keepers) {
        std::vector<Marker> own = markersOf(keeper);
        const auto at = std::ranges::find(own, marker);
        if (at == own.end())
            continue;
        own.erase(at);
        return keepMarkers(keeper, std::move(own));
    }
    return Error{ErrorCode::NotFound,
                 u"There is no marker \"%1\" at %2 that could be removed."_s.arg(
                     marker.text, isoTime(fromNs(marker.time)))};
}

Result<std::vector<Marker>> markersFromText(const QByteArray& text, TimeRange session)
{
    std::vector<Marker> markers;
    LineReader reader(session);
    int number = 0;
    for (const QByteArray& line : text.split('\n')) {
        ++number;
        const QString trimmed = QString::fromUtf8(line).trimmed();
        if (trimmed.isEmpty() || reader.read(trimmed, markers))
            continue;
        return Error{ErrorCode::WrongUse,
                     u"Line %1 is no marker: \"%2\"; a marker has a time and a text, as CSV with "
                     "these titles or as JSON with these members."_s.arg(number)
                         .arg(trimmed.left(60))};
    }
    return markers;
}

Status MarkerPass::advance(const Source& source, const std::stop_token& stop)
{
    auto noted = notedMarkers(source);
    if (!noted)
        return noted.error();
    std::vector<Marker> inTail;
    {
        auto view = SourceView::of(source);
        if (!view)
            return view.error();
        BlockReader& reader = view->reader();
        // Several recordings have no sums of their own, and those of a ring fall, too.
        const RecordingTotals totals = reader.meta().totals;
        const bool mayHave = source.set || totals.first > 1 ||
                             totals.kinds[static_cast<std::size_t>(Kind::Marker)] >
                                 static_cast<std::int64_t>(m_said.size());
        Columns columns;
        if (mayHave) {
            for (const BlockRef& block :
                 reader.blocksIn({TimePoint::min(), TimePoint::max()}, m_through)) {
                if (stop.stop_requested())
                    return Error{ErrorCode::Cancelled, u"Cancelled."_s};
                if (!reader.load(block, kColumns, columns))
                    continue;
                BlockPayload payload(reader, block, columns);
                gather(columns, payload, m_through, m_said);
                m_through = block.last();
            }
        }
        m_through = std::max(m_through, view->durable());
        for (const Tail::Run& run : view->tail()) {
            RunPayload payload(*run);
            gather(run->columns, payload, view->durable(), inTail);
        }
    }
    m_all = m_said;
    m_all.insert(m_all.end(), inTail.begin(), inTail.end());
    m_all.insert(m_all.end(), noted->begin(), noted->end());
    std::ranges::stable_sort(m_all, {}, &Marker::time);
    return Done{};
}

} // namespace murmur
