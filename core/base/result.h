// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <utility>
#include <variant>

namespace murmur {

/// What went wrong, for the program; `exitCodeOf` maps it to the command line's exit codes.
enum class ErrorCode {
    WrongUse,    ///< an argument, URL or expression is wrong
    Unreadable,  ///< a file is missing, empty, torn, foreign or not permitted
    NewerFormat, ///< a recording of a newer program
    Unreachable, ///< a bus cannot be reached or refused us
    PortInUse,   ///< a port that we should listen on is taken
    Unsupported, ///< this build lacks the scheme, format or view
    DiskFull,    ///< no space, or a size limit was reached
    Unwritable,  ///< a file or directory cannot be written
    NotFound,    ///< the thing asked for is not in the recording
    Cancelled,   ///< the person, or a newer request, stopped it
    Internal,    ///< a bug of ours
};

/// 0 done, 1 the check failed, 2 wrong use, 3 input unreadable, 4 bus unreachable, 5 recorded with
/// gaps.
int exitCodeOf(ErrorCode code) noexcept;

/// Failure as a value. `message` is one sentence for a person: what failed, on what, what can be
/// done.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    QString message;
};

/// A value or an Error. Callers look before they take.
template<typename T>
class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    [[nodiscard]] bool ok() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    [[nodiscard]] const T& value() const& { return std::get<0>(m_state); }
    [[nodiscard]] T& value() & { return std::get<0>(m_state); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(m_state)); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }
    [[nodiscard]] const Error& error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

struct Done
{
};
/// Success without a value.
using Status = Result<Done>;

} // namespace murmur
