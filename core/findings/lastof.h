// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace murmur {

/// The last `most` values of many, in one piece of memory. O(1) a value: room at the front is given
/// back when as much has gathered there.
template<typename Value>
class LastOf
{
public:
    explicit LastOf(std::size_t most)
        : m_most(most)
    {
    }
    void add(const Value& value)
    {
        m_values.push_back(value);
        if (size() > m_most)
            dropFirst(1);
    }
    void dropFirst(std::size_t count)
    {
        m_first += count;
        if (m_first < m_most && m_first < m_values.size())
            return;
        m_values.erase(m_values.begin(), m_values.begin() + static_cast<std::ptrdiff_t>(m_first));
        m_first = 0;
    }
    void clear()
    {
        m_values.clear();
        m_first = 0;
    }
    [[nodiscard]] std::size_t size() const { return m_values.size() - m_first; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] const Value& operator[](std::size_t i) const { return m_values[m_first + i]; }
    [[nodiscard]] const Value* begin() const { return m_values.data() + m_first; }
    [[nodiscard]] const Value* end() const { return m_values.data() + m_values.size(); }

private:
    std::size_t m_most;
    std::size_t m_first = 0;
    std::vector<Value> m_values;
};

} // namespace murmur
