// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "waitingnote.h"

#include "bus/connection.h"
#include "studiosession.h"
#include "views/base/sharedview.h"
#include "views/connect/banner.h"
#include "views/connect/connecttext.h"

#include <algorithm>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMostButtons = 5;
constexpr std::size_t kMostUrls = 3;

} // namespace

WaitingNote::WaitingNote(SharedView* shared, StudioSession* session, Banner* banner,
                         QObject* parent)
    : QObject(parent)
    , m_shared(shared)
    , m_session(session)
    , m_banner(banner)
{
    connect(m_banner, &Banner::chosen, this, [this](qsizetype action) {
        if (m_isShown && std::cmp_less(action, m_offers.size()))
            m_session->apply(m_offers[static_cast<std::size_t>(action)]);
    });
    connect(m_shared, &SharedView::silenceChanged, this, &WaitingNote::update);
}

void WaitingNote::update()
{
    const Session* session = m_shared->session();
    const bool isSilent = m_session->state() == StudioSession::State::Recording && session &&
                          session->seen().last == 0;
    if (!isSilent) {
        if (std::exchange(m_isShown, false))
            m_banner->clear();
        return;
    }
    if (!m_isShown && m_banner->isVisibleTo(m_banner->parentWidget()))
        return; // an error stands there
    m_isShown = true;
    QString curl;
    QStringList urls;
    for (const ConnectionInfo& connection : m_session->connections()) {
        urls << connection.url;
        if (curl.isEmpty())
            curl = hubCurlLine(QUrl(connection.url));
    }
    // Nothing is called attached that is not.
    const auto& connections = m_session->connections();
    const auto bad = std::ranges::find_if(connections, [](const ConnectionInfo& connection) {
        return connection.state == ConnectionStatus::State::Failed ||
               connection.state == ConnectionStatus::State::Retrying;
    });
    if (bad != connections.end()) {
        const bool isFinal = bad->state == ConnectionStatus::State::Failed;
        m_banner->say(isFinal ? Banner::Tone::Bad : Banner::Tone::Neutral,
                      beforeColon(bad->url) + u": "_s + bad->detail);
        return;
    }
    const bool isUp = std::ranges::all_of(connections, [](const ConnectionInfo& connection) {
        return connection.state == ConnectionStatus::State::Up;
    });
    if (isUp && curl.isEmpty() && !m_shared->silence().isEmpty()) {
        m_banner->say(Banner::Tone::Neutral, m_shared->silence());
        offerTopics();
        return;
    }
    const QString where =
        std::size_t(urls.size()) <= kMostUrls
            ? urls.join(u", "_s)
            : tr("%1 connections (%2)").arg(urls.size()).arg(upText(m_session->connections()));
    const QString sentence =
        !isUp ? tr("Attaching to %1 …")
        : curl.isEmpty()
            ? tr("Attached to %1. No message has come yet.")
            : tr("Attached to %1. No message has come yet: send one, for example with");
    m_banner->say(Banner::Tone::Neutral, sentence.arg(where), curl);
}

void WaitingNote::offerTopics()
{
    m_offers.clear();
    QStringList texts;
    const auto& connections = m_session->connections();
    const auto silent = std::ranges::find_if(connections, [](const ConnectionInfo& connection) {
        return connection.state == ConnectionStatus::State::Up && !connection.unmatched.isEmpty();
    });
    if (silent != connections.end()) {
        const QStringList& names = silent->unmatched;
        for (const QString& name : names) {
            if (m_offers.size() == kMostButtons)
                break;
            texts << tr("Subscribe to %1").arg(name);
            m_offers.push_back({ConnectionWish::What::Widen, silent->id, {name}});
        }
        if (names.size() > 1) {
            texts << tr("All %1").arg(names.size());
            m_offers.push_back({ConnectionWish::What::Widen, silent->id, names});
        }
    }
    m_banner->offer(texts);
}

} // namespace murmur
