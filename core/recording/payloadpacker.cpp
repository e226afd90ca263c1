// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/payloadpacker.h"

namespace murmur {

namespace {

/// Below, waking a thread is dearer than packing.
constexpr std::size_t kWorthAThread = std::size_t(48) << 10;

} // namespace

PayloadPacker::~PayloadPacker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isOver = true;
    }
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

void PayloadPacker::start(std::string_view bytes)
{
    (void)take();
    if (bytes.size() < kWorthAThread) {
        m_encoder.pack(m_packer, bytes, m_packed);
        return;
    }
    if (!m_thread.joinable())
        m_thread = std::thread([this] { work(); });
    {
        const std::lock_guard lock(m_mutex);
        m_bytes = bytes;
        m_isBusy = true;
    }
    m_changed.notify_all();
}

const std::string& PayloadPacker::take()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return !m_isBusy; });
    return m_packed;
}

void PayloadPacker::work()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_isBusy || m_isOver; });
        if (!m_isBusy)
            return;
        lock.unlock();
        m_encoder.pack(m_packer, m_bytes, m_packed);
        lock.lock();
        m_isBusy = false;
        m_changed.notify_all();
    }
}

} // namespace murmur
