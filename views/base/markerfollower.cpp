// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/markerfollower.h"

#include "session/source.h"
#include "views/base/sharedview.h"

#include <QtConcurrent>

namespace murmur {

namespace {

constexpr int kPause = 1000; // milliseconds between two looks at what grows

} // namespace

MarkerFollower::MarkerFollower(SharedView* shared)
    : QObject(shared)
    , m_shared(shared)
    , m_board(MarkerBoard::of(shared))
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    connect(&m_soon, &QTimer::timeout, this, &MarkerFollower::look);
    connect(shared, &SharedView::sessionChanged, this, &MarkerFollower::restart);
    connect(shared, &SharedView::dataGrew, this, [this] {
        if (!m_soon.isActive() && !m_job.isBusy())
            m_soon.start();
    });
    restart();
}

void MarkerFollower::restart()
{
    m_job.cancel();
    m_soon.stop();
    m_pass = std::make_shared<MarkerPass>();
    m_board->set({});
    look();
}

void MarkerFollower::look()
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source)
        return;
    m_job.start(
        this,
        [pass = m_pass, source](const std::stop_token& stop) {
            return QtConcurrent::run([pass, source, stop]() -> Result<std::vector<Marker>> {
                if (auto status = pass->advance(*source, stop); !status)
                    return status.error();
                return pass->markers();
            });
        },
        [this](const Result<std::vector<Marker>>& markers) {
            if (markers) // else whoever shows messages tells why they cannot be read
                m_board->set(*markers);
        });
}

void MarkerFollower::add(const Marker& marker)
{
    apply(marker, true);
}

void MarkerFollower::remove(const Marker& marker)
{
    apply(marker, false);
}

void MarkerFollower::apply(const Marker& marker, bool adds)
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source)
        return;
    m_change.start(
        this,
        [source, marker, adds](const std::stop_token&) {
            return QtConcurrent::run([source, marker, adds] {
                return adds ? noteMarkers(*source, {marker}) : removeMarker(*source, marker);
            });
        },
        [this](const Status& status) {
            if (!status)
                Q_EMIT failed(status.error());
            if (m_job.isBusy())
                m_soon.start(); // the look under way may not know of it
            else
                look();
        });
}

} // namespace murmur
