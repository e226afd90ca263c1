// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How many messages of the demo swarm one core makes, JSON text included: best of five runs.

#include "demo/swarm.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <initializer_list>

using namespace murmur;

int main()
{
    constexpr int kMessages = 400'000;
    struct Size
    {
        int agents;
        int rate;
    };
    for (const Size size : {Size{120, 2'000}, Size{500, 100'000}, Size{20'000, 1'000'000}}) {
        double best = 0;
        double bytes = 0;
        for (int round = 0; round < 5; ++round) {
            SwarmOptions options;
            options.agents = size.agents;
            options.rate = size.rate;
            Swarm swarm(options);
            std::size_t sum = 0;
            const auto start = std::chrono::steady_clock::now();
            for (int i = 0; i < kMessages; ++i)
                sum += swarm.next().json.size();
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            best = std::max(best, kMessages / took.count());
            bytes = static_cast<double>(sum) / kMessages;
        }
        std::printf("%5d agents, %7d/s: %.2f million messages/s made, %.0f bytes each\n",
                    size.agents, size.rate, best / 1e6, bytes);
    }
    return 0;
}
