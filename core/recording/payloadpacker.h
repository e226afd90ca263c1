// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/payloadcodec.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace murmur {

/// Packs the payload of a block while its columns are packed and the next one fills, which costs
/// about as much: large ones in a thread of its own, others at once. Owned and called by one
/// thread.
class PayloadPacker
{
public:
    PayloadPacker() = default;
    ~PayloadPacker();
    PayloadPacker(const PayloadPacker&) = delete;
    PayloadPacker& operator=(const PayloadPacker&) = delete;

    /// `bytes` must stay as they are until take().
    void start(std::string_view bytes);
    /// Waits for what was started last, and returns it; valid until the next start().
    const std::string& take();

private:
    void work();

    // Used by the thread while m_isBusy, else by the caller.
    Packer m_packer{Packer::For::Text};
    PayloadEncoder m_encoder;
    std::string m_packed;
    std::string_view m_bytes;
    std::thread m_thread; // joined in the destructor
    std::mutex m_mutex;   // for the two below
    std::condition_variable m_changed;
    bool m_isBusy = false;
    bool m_isOver = false;
};

} // namespace murmur
