// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bookmarks.h"

#include "await.h"
#include "command.h"
#include "output.h"

#include "session/bookmarks.h"
#include "session/source.h"

#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

int keepBookmarkOf(Session& session, const QString& message, const QString& text)
{
    const auto seq = await(session.seqNamed(message));
    if (!seq)
        return failed(seq.error());
    if (auto status = keepBookmark(*session.source(), *seq, text); !status)
        return failed(status.error());
    StandardOutput output;
    output.write("Bookmarked.\n");
    return output.finish();
}

int removeBookmarkOf(Session& session, const QString& message)
{
    const auto seq = await(session.seqNamed(message));
    if (!seq)
        return failed(seq.error());
    if (auto status = removeBookmark(*session.source(), *seq); !status)
        return failed(status.error());
    StandardOutput output;
    output.write("Removed.\n");
    return output.finish();
}

int listBookmarks(Session& session, bool asJson)
{
    const auto source = session.source();
    const auto all = bookmarksOf(*source);
    if (!all)
        return failed(all.error());
    StandardOutput output;
    Table table({{u"message"_s, true, 0}, {u"recording"_s, false, 0}, {u"text"_s, false, 100}});
    for (const Bookmark& bookmark : *all) {
        const std::string label = source->names->recordingLabel(bookmark.recording);
        if (!asJson) {
            table.add({QString::number(bookmark.ownSeq), printable(QString::fromStdString(label)),
                       printable(bookmark.text)});
            continue;
        }
        std::string line;
        JsonWriter json(line);
        json.beginObject();
        json.key("seq");
        json.number(bookmark.ownSeq);
        if (source->set) {
            json.key("recording");
            json.text(label);
        }
        json.key("text");
        json.textOrNull(bookmark.text);
        json.endObject();
        output.write(line + '\n');
    }
    if (!asJson)
        output.write(all->empty() ? "No bookmarks.\n" : table.takeText());
    return output.finish();
}

} // namespace murmur::cli
