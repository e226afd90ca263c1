// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// One thing that a client of the hub said.
struct JsonPart
{
    enum class What { Publish, Subscribe, Unsubscribe, Refused };
    What what = What::Publish;
    std::string_view raw;            ///< exactly these bytes of the frame
    std::string_view topic;          ///< of Publish; null: none is named
    std::vector<std::string> topics; ///< of Subscribe and Unsubscribe
    std::string reason;              ///< of Refused
    std::size_t line = 0;            ///< of Refused, in the whole text, from 1
};

/// Reads what clients of the hub send: one object, or an array of objects, or (bodies only) a text
/// with an object or array in each line. Everything is checked to be JSON before any of it counts;
/// an array that is not JSON is one refused part. Keeps its buffers: one for each thread.
class JsonFrames
{
public:
    using Take = std::function<void(const JsonPart& part)>;

    /// Texts are followed by this many readable bytes.
    static constexpr std::size_t kPadding = 64;

    JsonFrames();
    ~JsonFrames();
    JsonFrames(const JsonFrames&) = delete;
    JsonFrames& operator=(const JsonFrames&) = delete;

    /// One frame. Views in the part are valid during `take` only.
    void read(std::string_view text, const Take& take);
    /// The body of a request: like a frame, but when the text as a whole is not JSON and at least
    /// one line is an object, every line that is not blank counts for itself.
    void readBody(std::string_view text, const Take& take);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace murmur
