// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <functional>
#include <optional>

namespace murmur {

/// Room on the disk of a file, for programs without privileges.
struct DiskSpace
{
    std::int64_t free = 0; ///< bytes
    std::int64_t total = 0;
};

/// Asks the system; nothing when it does not say.
std::optional<DiskSpace> diskSpaceOf(const QString& path);
using DiskProbe = std::function<std::optional<DiskSpace>(const QString& path)>;

/// Watches that the disk does not become full. Below the reserve a recording pauses; below half of
/// it nothing more is written at all; it resumes when there is clearly more than the reserve again.
class DiskWatch
{
public:
    enum class State : std::uint8_t { Good, Low, Critical };

    /// `reserve` bytes are kept free; a negative number asks for the usual: see usualReserve.
    DiskWatch(QString path, std::int64_t reserve, DiskProbe probe);

    /// Looks at the disk. `growth` bytes are promised already: the file is still to grow by so
    /// much. A disk that cannot be asked is good.
    State look(std::int64_t growth);
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] std::int64_t reserve() const { return m_reserve; }
    /// As of the last look, the growth taken off; negative when not known.
    [[nodiscard]] std::int64_t free() const { return m_free; }

    /// max(1 GiB, 5 %) of the disk, but a tenth at most of a small one, and half of what is free
    /// when less than that is left: a disk that was nearly full before must not keep anybody from
    /// recording.
    static std::int64_t usualReserve(const DiskSpace& space);

private:
    QString m_path;
    std::int64_t m_reserve;
    DiskProbe m_probe;
    State m_state = State::Good;
    std::int64_t m_free = -1;
};

} // namespace murmur
