// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/lagwatch.h"

#include "bus/urlreader.h"

using namespace Qt::StringLiterals;

namespace murmur {

bool lagFromUrl(UrlReader& reader)
{
    return reader.choice(u"lag"_s, {"on", "off"}, u"on"_s) == "on"_L1;
}

void LagWatch::tell(const std::string& topic, std::vector<Lag> lags, std::int64_t now)
{
    std::set<std::pair<std::string, std::string>> here;
    for (Lag& lag : lags) {
        lag.topic = topic;
        here.emplace(topic, lag.consumer);
    }
    for (auto known = m_known.lower_bound({topic, {}});
         known != m_known.end() && known->first == topic;) {
        if (here.contains(*known)) {
            ++known;
            continue;
        }
        Lag& gone = lags.emplace_back();
        gone.topic = topic;
        gone.consumer = known->second;
        known = m_known.erase(known);
    }
    m_known.merge(here);
    if (m_sink == nullptr || lags.empty())
        return;
    for (Lag& lag : lags) {
        lag.connection = m_id;
        lag.time = now;
    }
    m_sink->observe(std::move(lags));
}

} // namespace murmur
