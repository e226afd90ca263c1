// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bookmarks.h"
#include "command.h"
#include "output.h"
#include "recordings.h"
#include "work.h"
#include "zoneoption.h"

#include "session/markers.h"
#include "session/notes.h"
#include "session/source.h"

#include <CLI/CLI.hpp>

#include <QFile>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct Options
{
    SessionFiles session;
    std::string file;
    std::vector<std::string> words;
    std::string at;
    std::string from;
    std::string remove;
    std::string bookmark;
    std::string noBookmark;
    bool bookmarks = false;
    bool json = false;
};

QString textOf(const std::vector<std::string>& words)
{
    QStringList text;
    for (const std::string& word : words)
        text << QString::fromStdString(word);
    return text.join(u' ').simplified();
}

int list(const std::vector<Marker>& markers, bool asJson)
{
    StandardOutput output;
    Table table({{u"time"_s, false, 0},
                 {u"text"_s, false, 100},
                 {u"said by message"_s, true, 0},
                 {u"trigger"_s, false, 40}});
    for (const Marker& marker : markers) {
        if (!asJson) {
            table.add({isoTime(fromNs(marker.time)), printable(marker.text),
                       marker.seq == 0 ? QString() : grouped(marker.seq),
                       printable(marker.trigger)});
            continue;
        }
        std::string line;
        JsonWriter json(line);
        json.beginObject();
        json.key("time");
        json.text(isoTimeUtf8(marker.time));
        json.key("text");
        json.text(marker.text);
        json.key("seq");
        if (marker.seq == 0)
            json.null();
        else
            json.number(marker.seq);
        json.key("trigger");
        json.textOrNull(marker.trigger);
        json.endObject();
        output.write(line + '\n');
    }
    if (!asJson)
        output.write(markers.empty() ? "No markers.\n" : table.takeText());
    return output.finish();
}

/// The notes that are meant: those at that time, or with that text.
Result<std::vector<Marker>> meant(const std::vector<Marker>& noted, const QString& what,
                                  TimeRange session)
{
    const auto time = timeFromText(what, session);
    std::vector<Marker> found;
    for (const Marker& marker : noted) {
        if (marker.text == what || (time && toNs(*time) == marker.time))
            found.push_back(marker);
    }
    if (found.empty())
        return Error{
            ErrorCode::NotFound,
            u"There is no note \"%1\"; give the text or the time as \"murmur note FILE\" lists them. What was said on the bus stays."_s
                .arg(what)};
    return found;
}

Result<std::vector<Marker>> fromFile(const std::string& name, TimeRange session)
{
    QFile file(QFile::decodeName(name.c_str()));
    const bool isOpen =
        name == "-" ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        return Error{ErrorCode::Unreadable, u"%1 cannot be read: %2."_s.arg(
                                                QString::fromStdString(name), file.errorString())};
    return markersFromText(file.readAll(), session);
}

int note(const Options& options, Session& session)
{
    const auto source = session.source();
    const TimeRange range = session.seen().time;
    std::vector<Marker> added;
    if (!options.from.empty()) {
        auto read = fromFile(options.from, range);
        if (!read)
            return failed(read.error());
        added = std::move(*read);
    } else {
        const auto at = timeFromText(QString::fromStdString(options.at), range);
        if (!at)
            return failed(at.error());
        added.push_back({toNs(*at), textOf(options.words), 0});
    }
    if (auto status = noteMarkers(*source, added); !status)
        return failed(status.error());
    StandardOutput output;
    output.write(
        (added.size() == 1 ? u"Noted"_s : u"%1 markers noted"_s.arg(added.size())).toStdString() +
        (source->set ? std::string(".\n")
                     : " in " + notesPath(session.path()).toStdString() + ".\n"));
    return output.finish();
}

int remove(const Options& options, Session& session)
{
    const auto source = session.source();
    const auto noted = notedMarkers(*source);
    if (!noted)
        return failed(noted.error());
    const auto found = meant(*noted, QString::fromStdString(options.remove), session.seen().time);
    if (!found)
        return failed(found.error());
    for (const Marker& marker : *found) {
        if (auto status = removeMarker(*source, marker); !status)
            return failed(status.error());
    }
    StandardOutput output;
    output.write(found->size() == 1 ? "Removed.\n"
                                    : std::to_string(found->size()) + " notes removed.\n");
    return output.finish();
}

/// What is asked of bookmarks; nothing: the command is about markers.
std::optional<int> bookmarked(const Options& options, Session& session)
{
    if (!options.bookmark.empty())
        return keepBookmarkOf(session, QString::fromStdString(options.bookmark),
                              textOf(options.words));
    if (!options.noBookmark.empty())
        return removeBookmarkOf(session, QString::fromStdString(options.noBookmark));
    if (options.bookmarks)
        return listBookmarks(session, options.json);
    return std::nullopt;
}

int run(const Options& options)
{
    const bool adds = !options.words.empty() || !options.from.empty();
    if (!options.words.empty() && options.at.empty() && options.bookmark.empty())
        return wrongUse(u"When was that? Say it with --at, for example --at 02:17:29."_s);
    if (options.words.empty() && !options.at.empty())
        return wrongUse(u"What happened then? Write it behind the file."_s);
    if (!options.remove.empty() && adds)
        return wrongUse(u"A note is either added or removed; say one of them."_s);
    if (!options.from.empty() && !options.words.empty())
        return wrongUse(u"Markers come from a file or from the command line; choose one."_s);
    int code = kDone;
    SessionFiles named = options.session;
    named.files = {options.file};
    auto session = openSession(named, code);
    if (!session)
        return failed(session.error());
    if (const auto asked = bookmarked(options, **session))
        return *asked;
    int done = kDone;
    if (adds) {
        done = note(options, **session);
    } else if (!options.remove.empty()) {
        done = remove(options, **session);
    } else {
        const auto source = (*session)->source();
        auto markers = workWith<std::vector<Marker>>(
            [&](const StepProgress& /*show*/, const auto& stop) -> Result<std::vector<Marker>> {
                MarkerPass pass;
                if (auto status = pass.advance(*source, stop); !status)
                    return status.error();
                return pass.markers();
            });
        if (!markers)
            return failed(markers.error());
        done = list(*markers, options.json);
    }
    return code != kDone ? code : done;
}

} // namespace

void addNote(CLI::App& app, Action& action)
{
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->file, "The recording")->required();
    app.add_option("TEXT", options->words, "What happened; without it all markers are listed");
    app.add_option("--at", options->at,
                   "When: ISO 8601, HH:MM:SS, +10s from the start, -10s from the end");
    addZoneOption(app);
    app.add_option("--from", options->from,
                   "Markers of a table, - for standard input: CSV with the titles time and text, "
                   "or JSON lines with these members");
    app.add_option("--remove", options->remove, "Forget the note with this text, or at this time");
    app.add_option(
           "--bookmark", options->bookmark,
           "Bookmark the message with this number instead, so that \"bookmarked\" finds it; "
           "TEXT may say why")
        ->excludes("--at", "--from", "--remove");
    app.add_option("--no-bookmark", options->noBookmark, "Forget the bookmark of this message");
    app.add_flag("--bookmarks", options->bookmarks, "List the bookmarks");
    app.add_flag("--json", options->json, "One JSON object a line");
    app.footer("\nMarkers stand as lines through overview, timeline and heatmap. They are kept "
               "beside the\nrecording (FILE-notes); messages of kind marker are markers, too.\n"
               "Examples:\n"
               "  murmur note night.murmur --at 02:14:09 \"vision-llm 2.3 is out\"\n"
               "  murmur note night.murmur --from deployments.csv\n"
               "  murmur note night.murmur\n"
               "  murmur note night.murmur --remove \"vision-llm 2.3 is out\"\n"
               "  murmur note night.murmur --bookmark 8812 \"the first that fails\"");
    app.callback([&action, options] { action = [options] { return run(*options); }; });
}

} // namespace murmur::cli
