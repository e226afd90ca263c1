// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/overviewdata.h"

#include "views/base/sharedview.h"

using namespace std::chrono_literals;

namespace murmur {

OverviewData::OverviewData(SharedView* shared, QObject* parent)
    : QObject(parent)
    , m_shared(shared)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(500ms);
    connect(&m_timer, &QTimer::timeout, this, &OverviewData::ask);
    connect(shared, &SharedView::sessionChanged, this, &OverviewData::reset);
    connect(shared, &SharedView::filterChanged, this, [this] {
        // The old density stays until the new one is there.
        ++m_generation;
        m_open = 0;
        m_stop.request_stop();
        ask();
    });
    connect(shared, &SharedView::dataGrew, this, [this] {
        if (!m_density)
            ask(); // the first messages are shown at once
        else if (!m_timer.isActive())
            m_timer.start();
    });
    ask();
}

OverviewData::~OverviewData()
{
    m_stop.request_stop();
}

void OverviewData::reset()
{
    ++m_generation;
    m_open = 0;
    m_askAgain = false;
    m_stop.request_stop();
    m_density.reset();
    m_gaps.clear();
    m_lost = 0;
    m_bytes = 0;
    Q_EMIT changed();
    ask();
}

void OverviewData::setWidth(int width)
{
    if (width == m_width)
        return;
    const bool isFirst = m_width == 0;
    m_width = width;
    if (isFirst)
        ask();
    else if (!m_timer.isActive())
        m_timer.start(); // resizing draws the old answer stretched
}

void OverviewData::ask()
{
    Session* session = m_shared->session();
    if (!session || session->seen().last == 0 || m_width <= 0)
        return;
    if (m_open > 0) {
        m_askAgain = true;
        return;
    }
    m_askAgain = false;
    m_open = 3;
    m_stop = {};
    TileRequest request;
    request.range = session->seen().time;
    request.columns = m_width;
    request.perAgent = false;
    request.filter = m_shared->filter();
    request.stop = m_stop.get_token();
    session->tiles(request)
        .then([range = request.range](const Result<TileSlice>& slice) {
            return slice ? densityFrom(*slice, range, {}) : DensityPtr();
        })
        .then(this, [this, generation = m_generation](const DensityPtr& density) {
            if (generation != m_generation)
                return;
            if (density)
                m_density = density;
            finished();
        });
    session->gaps().then(this,
                         [this, generation = m_generation](const Result<std::vector<Gap>>& gaps) {
                             if (generation != m_generation)
                                 return;
                             if (gaps)
                                 m_gaps = *gaps;
                             finished();
                         });
    session->info().then(this, [this, generation = m_generation](const Result<SessionInfo>& info) {
        if (generation != m_generation)
            return;
        if (info) {
            m_lost = info->lost;
            m_bytes = info->bytesFile;
        }
        finished();
    });
}

void OverviewData::finished()
{
    --m_open;
    Q_EMIT changed();
    if (m_open == 0 && m_askAgain && !m_timer.isActive())
        m_timer.start();
}

} // namespace murmur
