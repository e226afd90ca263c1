// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/base/clockfollower.h"

#include "session/clockpass.h"
#include "views/base/sharedview.h"

#include <QtConcurrent>

namespace murmur {

namespace {

constexpr int kPause = 2000; // milliseconds between two looks at what grows

} // namespace

ClockFollower* ClockFollower::of(SharedView* shared)
{
    if (auto* known = shared->findChild<ClockFollower*>(QString(), Qt::FindDirectChildrenOnly))
        return known;
    return new ClockFollower(shared);
}

ClockFollower::ClockFollower(SharedView* shared)
    : QObject(shared)
    , m_shared(shared)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kPause);
    connect(&m_soon, &QTimer::timeout, this, &ClockFollower::look);
    connect(shared, &SharedView::sessionChanged, this, &ClockFollower::restart);
    connect(shared, &SharedView::dataGrew, this, [this] {
        if (!m_soon.isActive() && !m_job.isBusy())
            m_soon.start();
    });
    restart();
}

void ClockFollower::restart()
{
    m_job.cancel();
    m_soon.stop();
    m_pass = std::make_shared<ClockPass>();
    m_clocks.reset(); // views begin anew by themselves
    look();
}

void ClockFollower::look()
{
    Session* session = m_shared->session();
    const auto source = session != nullptr ? session->source() : nullptr;
    if (!source)
        return;
    m_job.start(
        this,
        [pass = m_pass, source](const std::stop_token& stop) {
            return QtConcurrent::run([pass, source, stop]() -> Result<ClocksPtr> {
                if (auto status = pass->advance(*source, {}, stop); !status)
                    return status.error();
                return pass->clocks();
            });
        },
        [this](const Result<ClocksPtr>& clocks) {
            if (!clocks)
                return; // whoever shows messages tells why they cannot be read
            m_clocks = *clocks;
            Q_EMIT changed();
        });
}

} // namespace murmur
