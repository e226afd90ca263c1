// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/filtermarks.h"

#include "findings/finding.h"
#include "query/marks.h"
#include "session/bookmarks.h"
#include "session/findingsboard.h"
#include "session/findingslook.h"
#include "session/jobs.h"
#include "session/judgements.h"
#include "session/recordingset.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace murmur {

namespace {

/// The look at one source, which goes on where it ended.
struct KeptLook
{
    std::mutex mutex;
    FindingsLook look;
};

/// The looks at the sources that are still open.
std::shared_ptr<KeptLook> lookAt(const Source& source)
{
    static std::mutex mutex;
    static std::vector<std::pair<std::weak_ptr<ReaderPool>, std::shared_ptr<KeptLook>>> looks;
    const std::lock_guard lock(mutex);
    std::erase_if(looks, [](const auto& one) { return one.first.expired(); });
    const auto found = std::ranges::find_if(
        looks, [&](const auto& one) { return one.first.lock() == source.pool; });
    if (found != looks.end())
        return found->second;
    return looks.emplace_back(source.pool, std::make_shared<KeptLook>()).second;
}

/// Where the messages that findings name are kept.
Result<std::map<Seq, MarkedPlace>> placesOf(const Source& source, const FindingsReport& report,
                                            const std::stop_token& stop)
{
    std::map<Seq, MarkedPlace> places;
    for (const Finding& finding : report.findings) {
        for (const Seq seq : finding.messages)
            places[seq] = {0, seq};
    }
    if (!source.set || places.empty())
        return places;
    RowRequest request;
    request.stop = stop;
    for (const auto& [seq, place] : places)
        request.seqs.push_back(seq);
    const auto rows = rowsJob(source, request);
    if (!rows)
        return rows.error();
    for (const MessageRow& row : *rows)
        places[row.seq] = {row.recording, row.shownSeq()};
    return places;
}

/// Those that people have not muted or accepted, as every list of findings shows them.
Status addFindings(const Source& source, const std::stop_token& stop, Marks& marks)
{
    const auto kept = lookAt(source);
    const std::lock_guard lock(kept->mutex);
    auto report = kept->look.look(source, {}, stop);
    if (!report)
        return report.error();
    settle(*report, judgementsOf(source, &*report), *source.names);
    const auto places = placesOf(source, *report, stop);
    if (!places)
        return places.error();
    for (const Finding& finding : report->findings) {
        if (finding.standing != Standing::Open)
            continue;
        Marks::OfFinding one{std::string(finding.detector),
                             findingIdText(finding.id),
                             std::string(severityName(finding.severity)),
                             {}};
        for (const Seq seq : finding.messages)
            one.messages.push_back(places->at(seq));
        marks.findings.push_back(std::move(one));
    }
    return Done{};
}

} // namespace

Result<FilterPtr> filterWithMarks(const Source& source, FilterPtr filter,
                                  const std::stop_token& stop)
{
    const auto* asking = dynamic_cast<const MarkFilter*>(filter.get());
    if (asking == nullptr)
        return filter;
    auto marks = std::make_shared<Marks>();
    const MarkQuestions questions = asking->questions();
    if (questions.bookmarks) {
        const auto bookmarks = bookmarksOf(source);
        if (!bookmarks)
            return bookmarks.error();
        for (const Bookmark& bookmark : *bookmarks)
            marks->bookmarks.push_back({bookmark.recording, bookmark.ownSeq});
    }
    if (questions.findings) {
        if (auto status = addFindings(source, stop, *marks); !status)
            return status.error();
    }
    return asking->with(std::move(marks));
}

} // namespace murmur
