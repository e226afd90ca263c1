// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/planvalues.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace murmur {

namespace {

/// A whole number's bounds as a comparison with any SQLite number changes them.
struct Bounds
{
    std::int64_t& low;
    std::int64_t& high;
    bool isEmpty = false;

    void atLeast(std::int64_t value) { low = std::max(low, value); }
    void atMost(std::int64_t value) { high = std::min(high, value); }

    void compare(std::string_view op, std::int64_t value)
    {
        constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
        constexpr auto largest = std::numeric_limits<std::int64_t>::max();
        if ((op == ">" && value == largest) || (op == "<" && value == smallest))
            isEmpty = true;
        else if (op == ">")
            atLeast(value + 1);
        else if (op == "<")
            atMost(value - 1);
        else {
            if (op != "<=")
                atLeast(value);
            if (op != ">=")
                atMost(value);
        }
    }
    void compare(std::string_view op, double value)
    {
        const bool isUp = op.starts_with('>');
        constexpr double beyond = 9223372036854775808.0; // 2^63
        if (value >= beyond || value < -beyond) {
            const bool isAbove = value >= beyond;
            isEmpty = isEmpty || op == "=" || isUp == isAbove;
            return;
        }
        const double whole = std::floor(value);
        if (op == "=") {
            if (whole != value)
                isEmpty = true;
            else
                compare(op, static_cast<std::int64_t>(value));
        } else if (whole == value) {
            compare(op, static_cast<std::int64_t>(value));
        } else {
            compare(isUp ? ">" : "<=", static_cast<std::int64_t>(whole));
        }
    }
};

std::string bytesOf(sqlite3_value* value)
{
    const void* bytes = sqlite3_value_blob(value);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
    return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

/// Calls `use` with each value of an equality or of an IN.
template<typename Use>
void forEachValue(std::string_view op, sqlite3_value* value, Use use)
{
    if (op == "=") {
        use(value);
        return;
    }
    sqlite3_value* member = nullptr;
    for (int code = sqlite3_vtab_in_first(value, &member); code == SQLITE_OK && member != nullptr;
         code = sqlite3_vtab_in_next(value, &member))
        use(member);
}

} // namespace

std::optional<std::vector<std::string>> textsOf(std::string_view op, sqlite3_value* value,
                                                bool takesBlobs)
{
    std::optional<std::vector<std::string>> texts(std::in_place);
    forEachValue(op, value, [&](sqlite3_value* member) {
        const int type = sqlite3_value_type(member);
        if (type == SQLITE_NULL || !texts)
            return; // NULL equals nothing
        if (type == SQLITE_TEXT || (takesBlobs && type == SQLITE_BLOB))
            texts->push_back(bytesOf(member));
        else
            texts.reset();
    });
    return texts;
}

std::optional<std::vector<Seq>> seqsOf(sqlite3_value* value)
{
    std::optional<std::vector<Seq>> seqs(std::in_place);
    forEachValue("in", value, [&](sqlite3_value* member) {
        const int type = sqlite3_value_type(member);
        if (type == SQLITE_NULL || !seqs)
            return;
        if (type == SQLITE_INTEGER)
            seqs->push_back(sqlite3_value_int64(member));
        else
            seqs.reset();
    });
    if (seqs) {
        std::ranges::sort(*seqs);
        seqs->erase(std::unique(seqs->begin(), seqs->end()), seqs->end());
    }
    return seqs;
}

bool narrow(std::int64_t& low, std::int64_t& high, std::string_view op, sqlite3_value* value)
{
    Bounds bounds{low, high};
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
        return false;
    case SQLITE_INTEGER:
        bounds.compare(op, static_cast<std::int64_t>(sqlite3_value_int64(value)));
        break;
    case SQLITE_FLOAT:
        bounds.compare(op, sqlite3_value_double(value));
        break;
    default:
        break; // a text that may or may not be a number: left to SQLite
    }
    return !bounds.isEmpty;
}

} // namespace murmur
