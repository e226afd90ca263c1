// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagemodel.h"

#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QStringDecoder>

#include <algorithm>
#include <array>
#include <limits>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr int kCachedPages = 48;
constexpr int kPreviewBytes = 240;
constexpr int kMissingBytes = 12; // shown as hex where the payload is no text

constexpr std::array kHeaders{
    QT_TRANSLATE_NOOP("MessageModel", "time"),    QT_TRANSLATE_NOOP("MessageModel", "Δ"),
    QT_TRANSLATE_NOOP("MessageModel", "kind"),    QT_TRANSLATE_NOOP("MessageModel", "from"),
    QT_TRANSLATE_NOOP("MessageModel", "to"),      QT_TRANSLATE_NOOP("MessageModel", "topic"),
    QT_TRANSLATE_NOOP("MessageModel", "latency"), QT_TRANSLATE_NOOP("MessageModel", "payload"),
    QT_TRANSLATE_NOOP("MessageModel", "seq"),     QT_TRANSLATE_NOOP("MessageModel", "type"),
    QT_TRANSLATE_NOOP("MessageModel", "sent"),    QT_TRANSLATE_NOOP("MessageModel", "connection"),
    QT_TRANSLATE_NOOP("MessageModel", "size"),    QT_TRANSLATE_NOOP("MessageModel", "flags"),
    QT_TRANSLATE_NOOP("MessageModel", "aligned")};
static_assert(kHeaders.size() == MessageModel::ColumnCount);

bool isFigure(int column)
{
    switch (column) {
    case MessageModel::Time:
    case MessageModel::Delta:
    case MessageModel::Latency:
    case MessageModel::Payload:
    case MessageModel::Number:
    case MessageModel::Sent:
    case MessageModel::Aligned:
    case MessageModel::Size:
        return true;
    default:
        return false;
    }
}

bool isRightAligned(int column)
{
    return isFigure(column) && column != MessageModel::Time && column != MessageModel::Payload;
}

QString signedDuration(nanoseconds d)
{
    if (d.count() == 0)
        return u"0"_s;
    return (d < nanoseconds(0) ? u"−"_s : u"+"_s) + durationText(std::chrono::abs(d));
}

} // namespace

QString previewText(const QByteArray& payload)
{
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    // The preview may end inside a character: up to three bytes are no sign of binary data.
    QString text;
    for (int cut = 0; cut < 4 && cut <= payload.size(); ++cut) {
        decode.resetState();
        text = decode(payload.left(payload.size() - cut));
        if (!decode.hasError() && !text.contains(QChar::ReplacementCharacter))
            break;
    }
    const bool isBinary = text.contains(u'\0') || text.contains(QChar::ReplacementCharacter);
    if (isBinary) {
        text = QString::fromLatin1(payload.left(kMissingBytes).toHex(' '));
        return payload.size() > kMissingBytes ? text + u" …"_s : text;
    }
    for (QChar& c : text) {
        if (c.category() == QChar::Other_Control || c == QChar::LineSeparator ||
            c == QChar::ParagraphSeparator)
            c = u' ';
    }
    return text;
}

MessageModel::MessageModel(QObject* parent)
    : QAbstractTableModel(parent)
    , m_pages(kCachedPages)
{
    applyTheme();
}

MessageModel::~MessageModel() = default;

void MessageModel::forget()
{
    m_job.cancel();
    m_cellJob.cancel();
    m_pages.clear();
    m_pageUnderWay = -1;
    m_cellsUnderWay = -1;
    m_failedPage = -1;
    m_visibleFirst = 0;
    m_visibleLast = -1;
    m_gone = 0;
}

void MessageModel::open(Fetch fetch, std::shared_ptr<const Dictionaries> names, Seq last, Seq first)
{
    beginResetModel();
    forget();
    m_fetch = std::move(fetch);
    m_names = std::move(names);
    m_clocks.reset();
    m_first = std::max<Seq>(1, first);
    m_last = m_fetch ? last : 0;
    m_showsMatches = false;
    m_dimsOthers = false;
    m_matches.clear();
    m_agentNames.clear();
    m_audienceNames.clear();
    endResetModel();
}

bool MessageModel::grow(Seq last)
{
    if (!m_fetch || last <= m_last)
        return false;
    m_failedPage = -1;
    if (m_showsMatches) {
        m_last = last;
        return true;
    }
    const int before = total();
    const int after = rowsUpTo(last);
    if (after > before) {
        beginInsertRows({}, before, after - 1);
        m_last = last;
        endInsertRows();
    }
    m_last = last;
    fetchNext();
    return true;
}

void MessageModel::letGo(Seq first)
{
    if (!m_fetch || first <= m_first)
        return;
    const int gone =
        m_showsMatches
            ? static_cast<int>(std::ranges::lower_bound(m_matches, first) - m_matches.begin())
            : std::min(total(), static_cast<int>(std::min<Seq>(first - m_first,
                                                               std::numeric_limits<int>::max())));
    if (gone > 0)
        beginRemoveRows({}, 0, gone - 1);
    if (m_showsMatches)
        m_matches.erase(m_matches.begin(), m_matches.begin() + gone);
    else if (m_dimsOthers)
        m_matches.erase(m_matches.begin(), std::ranges::lower_bound(m_matches, first));
    m_first = first;
    if (gone == 0)
        return;
    m_gone += gone;
    m_visibleFirst = std::max(0, m_visibleFirst - gone);
    m_visibleLast = std::max(-1, m_visibleLast - gone);
    endRemoveRows();
    fetchNext();
}

void MessageModel::showMatches()
{
    beginResetModel();
    forget();
    m_showsMatches = true;
    m_dimsOthers = false;
    m_matches.clear();
    endResetModel();
}

void MessageModel::appendMatches(std::span<const Seq> seqs)
{
    if (seqs.empty())
        return;
    if (m_dimsOthers) {
        m_matches.insert(m_matches.end(), seqs.begin(), seqs.end());
        return; // setLookedAt() tells the view
    }
    if (!m_showsMatches)
        return;
    const int before = total();
    beginInsertRows({}, before, before + static_cast<int>(seqs.size()) - 1);
    m_matches.insert(m_matches.end(), seqs.begin(), seqs.end());
    endInsertRows();
    fetchNext();
}

void MessageModel::showAll()
{
    m_dimsOthers = false;
    if (!m_showsMatches) {
        m_matches = {};
        tellColours();
        return;
    }
    beginResetModel();
    forget();
    m_showsMatches = false;
    m_matches = {};
    endResetModel();
}

void MessageModel::dimOthers()
{
    showAll();
    m_dimsOthers = true;
    m_lookedAt = 0;
}

void MessageModel::setLookedAt(Seq through)
{
    if (!m_dimsOthers || through == m_lookedAt)
        return;
    m_lookedAt = through;
    tellColours();
}

bool MessageModel::isDimmed(Seq seq) const
{
    return m_dimsOthers && seq <= m_lookedAt && !std::ranges::binary_search(m_matches, seq);
}

Seq MessageModel::matchFrom(Seq seq, int direction) const
{
    const auto at = direction > 0 ? std::ranges::upper_bound(m_matches, seq)
                                  : std::ranges::lower_bound(m_matches, seq);
    if (direction > 0)
        return at == m_matches.end() ? 0 : *at;
    return at == m_matches.begin() ? 0 : *std::prev(at);
}

void MessageModel::setHidesPayloads(bool hides)
{
    if (hides == m_hidesPayloads)
        return;
    m_hidesPayloads = hides;
    if (total() > 0)
        Q_EMIT dataChanged(index(0, 0), index(total() - 1, columnCount() - 1));
}

/// The rows in view have other colours.
void MessageModel::tellColours()
{
    const int last = std::min(m_visibleLast, total() - 1);
    if (m_visibleFirst <= last && m_visibleFirst >= 0)
        Q_EMIT dataChanged(index(m_visibleFirst, 0), index(last, columnCount() - 1),
                           {Qt::ForegroundRole});
}

int MessageModel::total() const
{
    if (m_showsMatches)
        return static_cast<int>(m_matches.size());
    return rowsUpTo(m_last);
}

int MessageModel::rowsUpTo(Seq last) const
{
    return static_cast<int>(
        std::clamp<Seq>(last - m_first + 1, 0, std::numeric_limits<int>::max()));
}

int MessageModel::rowsOf(int page) const
{
    return std::clamp(total() - firstRowOf(page), 0, kPageRows);
}

int MessageModel::pageOf(int row) const
{
    return static_cast<int>((row + m_gone) / kPageRows);
}

int MessageModel::firstRowOf(int page) const
{
    return static_cast<int>(std::int64_t(page) * kPageRows - m_gone);
}

void MessageModel::setVisible(int first, int last)
{
    m_visibleFirst = std::max(0, first);
    m_visibleLast = std::min(last, total() - 1);
    fetchNext();
}

std::vector<int> MessageModel::wantedPages() const
{
    std::vector<int> pages;
    if (m_visibleLast < m_visibleFirst)
        return pages;
    const int first = pageOf(m_visibleFirst);
    // Whoever claims to see more than a cache full sees the first pages of it.
    const int last = std::min(pageOf(m_visibleLast), first + kCachedPages - 3);
    for (int page = first; page <= last; ++page)
        pages.push_back(page);
    pages.push_back(last + 1);
    if (first > pageOf(0))
        pages.push_back(first - 1);
    return pages;
}

void MessageModel::fetchNext()
{
    if (!m_fetch)
        return;
    fetchCells();
    const std::vector<int> wanted = wantedPages();
    if (m_job.isBusy()) {
        if (std::ranges::find(wanted, m_pageUnderWay) != wanted.end())
            return;
        m_job.cancel(); // the person has scrolled on
        m_pageUnderWay = -1;
    }
    const auto next = std::ranges::find_if(wanted, [this](int page) {
        const Page* held = m_pages.object(page);
        return page != m_failedPage && rowsOf(page) > (held == nullptr ? 0 : held->asked);
    });
    if (next == wanted.end())
        return;
    const int page = *next;
    const int asked = rowsOf(page);
    const int firstRow = firstRowOf(page);
    const bool hasBefore = firstRow > 0;
    RowRequest request;
    request.previewBytes = kPreviewBytes;
    if (m_showsMatches) {
        const auto from = m_matches.begin() + std::max(0, firstRow) - (hasBefore ? 1 : 0);
        request.seqs.assign(from, m_matches.begin() + firstRow + asked);
    } else {
        request.first = m_first + firstRow - (hasBefore ? 1 : 0);
        request.count = asked + (hasBefore ? 1 : 0);
    }
    m_pageUnderWay = page;
    m_job.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return m_fetch(request);
        },
        [this, page, asked](const Result<std::vector<MessageRow>>& answer) {
            store(page, asked, answer);
        });
}

void MessageModel::store(int page, int asked, const Result<std::vector<MessageRow>>& answer)
{
    m_pageUnderWay = -1;
    if (!answer) {
        m_failedPage = page;
        if (answer.error().code != ErrorCode::Cancelled)
            Q_EMIT fetchFailed(answer.error().message);
        return;
    }
    auto* held = new Page; // owned by the cache
    held->asked = asked;
    held->rows.resize(static_cast<std::size_t>(asked));
    const int firstRow = firstRowOf(page);
    for (const MessageRow& row : *answer) {
        const int inTable = row.seq < m_first ? -1 : rowOf(row.seq);
        if (inTable < 0)
            continue;
        const int at = inTable - firstRow;
        if (at == -1)
            held->before = row.time;
        else if (at >= 0 && at < asked)
            held->rows[static_cast<std::size_t>(at)] = row;
    }
    m_pages.insert(page, held);
    const int lastRow = std::min(firstRow + asked, total()) - 1;
    if (lastRow >= std::max(0, firstRow))
        Q_EMIT dataChanged(index(std::max(0, firstRow), 0), index(lastRow, columnCount() - 1));
    fetchNext();
}

void MessageModel::setSlo(nanoseconds slo)
{
    m_slo = slo;
    if (m_visibleLast >= m_visibleFirst)
        Q_EMIT dataChanged(index(m_visibleFirst, Latency), index(m_visibleLast, Latency),
                           {Qt::ForegroundRole});
}

void MessageModel::applyTheme()
{
    m_font = Theme::current().interfaceFont(9.5);
    m_numberFont = Theme::current().numberFont(9.5);
    if (m_visibleLast >= m_visibleFirst)
        Q_EMIT dataChanged(index(m_visibleFirst, 0), index(m_visibleLast, columnCount() - 1));
}

Seq MessageModel::seqAt(int row) const
{
    if (row < 0 || row >= total())
        return 0;
    return m_showsMatches ? m_matches[static_cast<std::size_t>(row)] : m_first + row;
}

int MessageModel::rowOf(Seq seq) const
{
    if (seq <= 0)
        return -1;
    if (!m_showsMatches)
        return seq < m_first + total() ? static_cast<int>(std::max<Seq>(0, seq - m_first)) : -1;
    const auto at = std::ranges::lower_bound(m_matches, seq);
    return at == m_matches.end() ? -1 : static_cast<int>(at - m_matches.begin());
}

const MessageRow* MessageModel::message(int row) const
{
    if (row < 0)
        return nullptr;
    const Page* page = m_pages.object(pageOf(row));
    const auto at = static_cast<std::size_t>((row + m_gone) % kPageRows);
    if (page == nullptr || at >= page->rows.size() || page->rows[at].seq == 0)
        return nullptr;
    return &page->rows[at];
}

int MessageModel::cachedRows() const
{
    return static_cast<int>(m_pages.size()) * kPageRows;
}

int MessageModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : total();
}

int MessageModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount + static_cast<int>(m_added.size());
}

QString MessageModel::agentName(AgentId agent) const
{
    if (!m_names)
        return {};
    if (const std::uint64_t revision = m_names->labelRevision(); revision != m_labelRevision) {
        m_labelRevision = revision; // an agent may have learnt its name
        m_agentNames.clear();
        m_audienceNames.clear();
    }
    QString& name = m_agentNames[murmur::index(agent)];
    if (name.isNull())
        name = agentText(*m_names, agent);
    return name;
}

QString MessageModel::audienceName(AudienceId audience) const
{
    if (!m_names || murmur::index(audience) == 0)
        return {};
    QString& name = m_audienceNames[murmur::index(audience)];
    if (name.isNull())
        name = audienceText(*m_names, audience);
    return name;
}

std::optional<AlignedTime> MessageModel::alignedTime(const MessageRow& row) const
{
    return m_clocks && m_names
               ? m_clocks->aligned(m_names->resolved(row.sender), toNs(row.time), row.sent)
               : std::nullopt;
}

void MessageModel::setClocks(ClocksPtr clocks)
{
    m_clocks = std::move(clocks);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, Aligned), index(rowCount() - 1, Aligned));
}

QString MessageModel::text(const MessageRow& row, Column column,
                           std::optional<TimePoint> before) const
{
    switch (column) {
    case Time:
        return shownClock(row.time);
    case Delta:
        return before ? signedDuration(row.time - *before) : QString();
    case KindWord:
        return u"%1 %2"_s.arg(kindGlyph(row.kind),
                              QString::fromStdString(std::string(kindName(row.kind))));
    case From:
        return agentName(row.sender);
    case To:
        // Who is not named and answers was meant, as far as one can know.
        if (murmur::index(row.audience) == 0 && murmur::index(row.answerer) != 0)
            return tr("%1 (inferred)").arg(agentName(row.answerer));
        return audienceName(row.audience);
    case Topic:
        return m_names ? QString::fromStdString(m_names->topicName(row.topic)) : QString();
    case Latency:
        return row.latency >= 0 ? durationText(nanoseconds(row.latency)) : QString();
    case Payload:
        if ((row.flags & Flag::Withheld) != 0 && row.preview.isEmpty())
            return tr("left out by choice");
        return m_hidesPayloads ? u"•••"_s : previewText(row.preview);
    case Number:
        return m_names ? seqText(*m_names, row) : numberText(row.seq);
    case Type:
        return m_names ? QString::fromStdString(m_names->typeName(row.type)) : QString();
    case Sent:
        return row.sent == kNoTime ? QString() : shownClock(fromNs(row.sent));
    case Connection:
        return m_names ? QString::fromStdString(m_names->connectionEntry(row.connection).name)
                       : QString();
    case Size:
        return bytesText(row.size);
    case FlagWords: {
        QStringList words;
        for (const FlagName& flag : flagNames()) {
            if ((row.flags & flag.flag) != 0)
                words << QString::fromUtf8(flag.name.data(),
                                           static_cast<qsizetype>(flag.name.size()));
        }
        return words.join(u' ');
    }
    case Aligned: {
        const auto aligned = alignedTime(row);
        return aligned ? shownClock(fromNs(aligned->time)) : QString();
    }
    case ColumnCount:
        break;
    }
    return {};
}

QColor MessageModel::dimmedColour()
{
    // Half of the way to the ground: there, and clearly not meant.
    const Theme& theme = Theme::current();
    return QColor((theme.faint.red() + theme.ground.red()) / 2,
                  (theme.faint.green() + theme.ground.green()) / 2,
                  (theme.faint.blue() + theme.ground.blue()) / 2);
}

QVariant MessageModel::foreground(const MessageRow& row, Column column) const
{
    const Theme& theme = Theme::current();
    const bool isBad = row.kind == Kind::Error || (row.flags & Flag::Undecoded) != 0;
    switch (column) {
    case KindWord:
        return isBad ? theme.bad : theme.kinds[static_cast<std::size_t>(row.kind)];
    case Latency:
        return m_slo.count() > 0 && row.latency > m_slo.count() ? theme.warning : theme.text;
    case Payload:
        if ((row.flags & Flag::Withheld) != 0)
            return theme.faint;
        return isBad ? theme.bad : theme.secondary;
    case Delta:
    case Number:
    case Type:
    case Sent:
    case Aligned:
    case Connection:
    case Size:
        return theme.secondary;
    case FlagWords:
        return isBad ? theme.bad : theme.warning;
    case Time:
    case From:
    case To:
    case Topic:
    case ColumnCount:
        break;
    }
    return theme.text;
}

QString MessageModel::toolTip(const MessageRow& row, Column column) const
{
    switch (column) {
    case Time:
    case Delta:
        return isoTime(row.time);
    case Sent:
        return row.sent == kNoTime ? QString() : isoTime(fromNs(row.sent));
    case Aligned: {
        const auto aligned = alignedTime(row);
        return aligned ? tr("%1 ± %2").arg(isoTime(fromNs(aligned->time)),
                                           durationText(nanoseconds(aligned->error)))
                       : tr("when it was sent by our clock is not known");
    }
    case Latency:
        if (row.closes != 0)
            return tr("answers message %1").arg(numberText(row.closes));
        return row.answeredBy != 0 ? tr("answered by message %1").arg(numberText(row.answeredBy))
                                   : QString();
    case To:
        if (murmur::index(row.audience) == 0 && murmur::index(row.answerer) != 0)
            return tr("No receiver is stated; %1 answered.").arg(agentName(row.answerer));
        if (m_names) {
            QStringList all;
            for (const AgentId receiver : m_names->receivers(row.audience)) {
                all << agentName(receiver);
                if (all.size() == 40)
                    break;
            }
            return all.join(u", "_s);
        }
        return {};
    default:
        return text(row, column);
    }
}

void MessageModel::setBookmarked(std::vector<Seq> seqs)
{
    if (seqs == m_bookmarked)
        return;
    m_bookmarked = std::move(seqs);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, 0), {IsBookmarkedRole});
}

QVariant MessageModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !checkIndex(index, CheckIndexOption::ParentIsInvalid))
        return {};
    if (role == IsBookmarkedRole)
        return std::ranges::binary_search(m_bookmarked, seqAt(index.row()));
    if (index.column() >= ColumnCount)
        return addedData(index, role);
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::FontRole:
        return isFigure(column) ? m_numberFont : m_font;
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isRightAligned(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::DisplayRole:
    case Qt::ForegroundRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleDescriptionRole:
        break;
    default:
        return {};
    }
    const MessageRow* row = message(index.row());
    if (row == nullptr) {
        if (role == Qt::DisplayRole && column == Time)
            return u"…"_s;
        return role == Qt::ForegroundRole ? QVariant(Theme::current().faint) : QVariant();
    }
    const bool isDimmed = this->isDimmed(row->seq);
    if (role == Qt::AccessibleDescriptionRole)
        return isDimmed ? tr("Does not pass the filter")
               : column == Time && std::ranges::binary_search(m_bookmarked, row->seq)
                   ? QVariant(tr("Bookmarked"))
                   : QVariant();
    if (role == Qt::ForegroundRole)
        return isDimmed ? QVariant(dimmedColour()) : foreground(*row, column);
    if (role == Qt::ToolTipRole)
        return toolTip(*row, column);
    if (column != Delta)
        return text(*row, column);
    const int above = index.row() - 1;
    std::optional<TimePoint> before;
    if (const MessageRow* previous = message(above))
        before = previous->time;
    else if (const Page* page = m_pages.object(pageOf(index.row()));
             page != nullptr && firstRowOf(pageOf(index.row())) == index.row())
        before = page->before;
    return text(*row, Delta, before);
}

QVariant MessageModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (section >= ColumnCount) {
        const MessageField& field = m_added[static_cast<std::size_t>(section - ColumnCount)];
        if (role == Qt::DisplayRole)
            return field.name();
        if (role == Qt::TextAlignmentRole)
            return int(Qt::AlignVCenter | (field.isNumber() ? Qt::AlignRight : Qt::AlignLeft));
        return {};
    }
    if (role == Qt::DisplayRole)
        return tr(kHeaders[static_cast<std::size_t>(section)]);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isRightAligned(section) ? Qt::AlignRight : Qt::AlignLeft));
    return {};
}

} // namespace murmur
