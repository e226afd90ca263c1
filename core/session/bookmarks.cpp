// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/bookmarks.h"

#include "session/jobs.h"
#include "session/notes.h"
#include "session/recordingset.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <iterator>
#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QLatin1StringView kBookmarkNote("bookmarks");
constexpr qsizetype kLongestBookmark = 400;

using BookmarkTexts = std::map<Seq, QString>; ///< by the recording's own Seq

/// A recording that has bookmarks of its own.
struct BookmarkKeeper
{
    QString path;
    QString uuid;

    [[nodiscard]] BookmarkTexts read() const
    {
        const QJsonObject kept =
            QJsonDocument::fromJson(readNote(path, uuid, kBookmarkNote)).object();
        BookmarkTexts texts;
        for (const QJsonValue& value : kept[u"list"].toArray()) {
            const Seq seq = value[u"seq"].toInteger();
            if (seq > 0 && texts.size() < kMostBookmarks)
                texts[seq] = value[u"text"].toString();
        }
        return texts;
    }

    [[nodiscard]] Status write(const BookmarkTexts& texts) const
    {
        QJsonArray list;
        for (const auto& [seq, text] : texts) {
            QJsonObject one{{u"seq"_s, static_cast<qint64>(seq)}};
            if (!text.isEmpty())
                one.insert(u"text"_s, text);
            list.append(one);
        }
        const QJsonObject note{{u"list"_s, list}};
        return keepNote(path, uuid, kBookmarkNote,
                        QJsonDocument(note).toJson(QJsonDocument::Compact));
    }
};

Result<std::vector<BookmarkKeeper>> bookmarkKeepers(const Source& source)
{
    std::vector<BookmarkKeeper> keepers;
    if (source.set) {
        for (const Member& member : source.set->members) {
            const RecordingInfo& info = source.set->infos[member.info];
            keepers.push_back({info.path, info.uuid});
        }
        return keepers;
    }
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    keepers.push_back({source.pool->path(), (*lease)->meta().uuid});
    return keepers;
}

/// Where message `seq` of the session is kept: number of its recording, and its Seq there.
Result<std::pair<std::size_t, Seq>> bookmarkPlace(const Source& source, Seq seq)
{
    RowRequest request;
    request.seqs = {seq};
    const auto rows = rowsJob(source, request);
    if (!rows)
        return rows.error();
    if (rows->empty() || rows->front().seq != seq)
        return Error{ErrorCode::NotFound, u"There is no message %1."_s.arg(seq)};
    return std::pair{std::size_t{rows->front().recording}, rows->front().shownSeq()};
}

/// Lets `change` do something to the bookmarks of the recording that has message `seq`; it says
/// whether there was anything to do.
template<typename Change>
Status changeBookmarks(const Source& source, Seq seq, Change change)
{
    const auto keepers = bookmarkKeepers(source);
    if (!keepers)
        return keepers.error();
    const auto place = bookmarkPlace(source, seq);
    if (!place)
        return place.error();
    const auto [recording, own] = *place;
    if (recording >= keepers->size())
        return Error{ErrorCode::NotFound, u"There is no message %1."_s.arg(seq)};
    BookmarkTexts texts = (*keepers)[recording].read();
    if (auto status = change(texts, own); !status)
        return status;
    return (*keepers)[recording].write(texts);
}

} // namespace

Result<std::vector<Bookmark>> bookmarksOf(const Source& source)
{
    const auto keepers = bookmarkKeepers(source);
    if (!keepers)
        return keepers.error();
    std::vector<Bookmark> all;
    for (std::size_t i = 0; i < keepers->size(); ++i) {
        for (const auto& [seq, text] : (*keepers)[i].read())
            all.push_back({seq, static_cast<std::uint32_t>(i), seq, text});
    }
    if (all.empty() || !source.set || source.set->isJoined)
        return all;
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    const auto snapshot = (*lease)->snapshot();
    for (Bookmark& bookmark : all)
        bookmark.seq = (*lease)->seqOf(bookmark.recording, bookmark.ownSeq);
    return all;
}

Status keepBookmark(const Source& source, Seq seq, const QString& text)
{
    return changeBookmarks(source, seq, [&](BookmarkTexts& texts, Seq own) -> Status {
        if (!texts.contains(own) && texts.size() >= kMostBookmarks)
            return Error{ErrorCode::WrongUse,
                         u"There are %1 bookmarks already; remove some."_s.arg(kMostBookmarks)};
        texts[own] = text.simplified().left(kLongestBookmark);
        return Done{};
    });
}

Status removeBookmark(const Source& source, Seq seq)
{
    return changeBookmarks(source, seq, [&](BookmarkTexts& texts, Seq own) -> Status {
        if (texts.erase(own) == 0)
            return Error{ErrorCode::NotFound, u"Message %1 has no bookmark."_s.arg(seq)};
        return Done{};
    });
}

} // namespace murmur
