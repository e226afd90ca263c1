// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"

#include <string_view>

namespace murmur {

/// Walks the headers of a message; stops at the first damaged one.
class HeaderCursor
{
public:
    explicit HeaderCursor(std::string_view headers)
        : m_rest(headers)
    {
    }
    bool next();
    std::string_view name;
    std::string_view value;

private:
    std::string_view m_rest;
};

/// The value of the first header of this very name.
std::string_view headerOf(std::string_view headers, std::string_view name) noexcept;

inline void setId(Interpretation& out, IdField field, std::string_view text)
{
    out.ids[static_cast<std::size_t>(field)] = text;
}
inline std::string_view idOf(const Interpretation& out, IdField field)
{
    return out.ids[static_cast<std::size_t>(field)];
}
inline void setLabel(Interpretation& out, Label label, std::string_view text)
{
    out.labels[static_cast<std::size_t>(label)] = text;
}

/// Fills what `out` leaves open from another reading of the same message, whose texts lie in `raw`
/// or are copied. The kind and the state stay.
void fillOpen(Interpretation& out, const Interpretation& other, std::string_view raw);

/// A number that counts calls within one client: where the bus tells both ends of a message, the
/// client's name is added. `isCall`: the message calls, else it answers.
std::string_view callId(const MessageView& message, std::string_view number, bool isCall,
                        Interpretation& out);

/// A time as messages write it: ISO 8601, or a number by its size. kNoTime: none.
std::int64_t timeOfText(std::string_view text) noexcept;
/// A whole number; kNoTime: none.
std::int64_t numberOfText(std::string_view text) noexcept;

/// Trace and the sender's span, which is ours' parent. Both empty: not valid.
struct TraceContext
{
    std::string_view trace;
    std::string_view parent;
};
/// W3C trace context: version-trace-span-flags.
TraceContext traceOfW3c(std::string_view text) noexcept;
/// B3 in one header: trace-span[-sampled[-parent]].
TraceContext traceOfB3(std::string_view text) noexcept;
/// Jaeger's: trace:span:parent:flags.
TraceContext traceOfJaeger(std::string_view text) noexcept;
/// Sets what is not set yet.
void offerTrace(Interpretation& out, const TraceContext& context);

} // namespace murmur
