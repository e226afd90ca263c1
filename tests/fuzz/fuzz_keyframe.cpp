// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "agents/statereducer.h"
#include "recording/dictionaries.h"

#include <cstdlib>

using namespace murmur;

/// Any bytes as an unpacked keyframe: what loads is a whole state, which saves and
/// loads again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Dictionaries names;
    StateReducer state(names);
    if (!state.load({reinterpret_cast<const char*>(data), size})) {
        if (!state.agents().empty() || !state.pending().empty())
            std::abort(); // half a state
        return 0;
    }
    StateReducer again(names);
    if (!again.load(state.save()) || again.agents().size() != state.agents().size() ||
        again.pending().size() != state.pending().size())
        std::abort();
    return 0;
}
