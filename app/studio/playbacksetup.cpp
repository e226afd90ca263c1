// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "playbacksetup.h"

#include "conversations/conversationjob.h"
#include "mainwindow.h"
#include "statusline.h"
#include "views/base/playback.h"
#include "views/base/sharedview.h"
#include "views/findings/findingsfeed.h"
#include "views/findings/findingsview.h"
#include "workspace.h"

#include <QPromise>

#include <memory>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

using PlaybackStops = std::vector<Playback::Stop>;

PlaybackStops stopsOf(const FindingsReport& report)
{
    PlaybackStops stops;
    for (const Finding& finding : report.findings)
        stops.push_back(
            {fromNs(finding.start), finding.messages.empty() ? 0 : finding.messages.front()});
    return stops;
}

/// What was found of a recording that grows no more, so that it is not looked for at each step.
struct KnownStops
{
    std::weak_ptr<const Source> source;
    Seq through = 0;
    PlaybackStops stops;
};

} // namespace

PlaybackSetup::PlaybackSetup(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    offerFindings();
    offerConversations();
    Playback* playback = window.shared()->playback();
    connect(playback, &Playback::nothingMore, this, [this, playback] {
        m_window.statusLine()->say(tr("There is no other %1 in that direction.")
                                       .arg(Playback::unitName(playback->unit())));
    });
}

void PlaybackSetup::offerFindings()
{
    auto* view = qobject_cast<FindingsView*>(m_window.workspace()->view(u"findings"));
    if (!view)
        return;
    m_window.shared()->playback()->setStops(Playback::Unit::Finding,
                                            [feed = view->feed()](const std::stop_token&) {
                                                QPromise<Result<PlaybackStops>> promise;
                                                promise.start();
                                                promise.addResult(stopsOf(feed->report()));
                                                promise.finish();
                                                return promise.future();
                                            });
}

void PlaybackSetup::offerConversations()
{
    const auto known = std::make_shared<KnownStops>();
    m_window.shared()->playback()->setStops(
        Playback::Unit::Conversation,
        [this, known](std::stop_token stop) -> QFuture<Result<PlaybackStops>> {
            Session& session = *m_window.shared()->session();
            if (known->source.lock() == session.source() && session.seen().last == known->through) {
                QPromise<Result<PlaybackStops>> promise;
                promise.start();
                promise.addResult(known->stops);
                promise.finish();
                return promise.future();
            }
            ConversationsRequest request;
            request.stop = std::move(stop);
            known->source = session.source();
            known->through = 0;
            return conversationsOf(session, request)
                .then(this,
                      [known, last = session.seen().last](
                          const Result<ConversationList>& list) -> Result<PlaybackStops> {
                          if (!list)
                              return list.error();
                          known->stops.clear();
                          for (const Conversation& one : list->rows)
                              known->stops.push_back({fromNs(one.start), one.first});
                          known->through = last;
                          return known->stops;
                      });
        });
}

} // namespace murmur
