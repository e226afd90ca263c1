// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// One frame of a rosbridge server, as far as the way needs to know it.
struct RosbridgeFrame
{
    enum class What {
        Publish,
        Answer,    ///< service_response
        Complaint, ///< something is wrong, or a warning
        Fragment,  ///< a part of a frame
        Png,       ///< a frame inside a picture
        Other,
        Unreadable, ///< no JSON object
    };
    What what = What::Unreadable;
    std::string topic; ///< of Publish; the service of Other and Answer
    std::string id;
};

/// Reads the outermost members only, of any frame. Texts are followed by 64 readable bytes. Keeps
/// its buffers: one for each thread. No I/O; fuzzed as it stands, as are the functions below.
class RosbridgeFrames
{
public:
    RosbridgeFrames();
    ~RosbridgeFrames();
    RosbridgeFrames(const RosbridgeFrames&) = delete;
    RosbridgeFrames& operator=(const RosbridgeFrames&) = delete;

    /// Valid until the next call.
    const RosbridgeFrame& read(std::string_view text);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The answer of /rosapi/topics: topics with their types. None: the call failed.
std::optional<std::vector<std::pair<std::string, std::string>>>
rosbridgeTopics(std::string_view answer);
/// The answer of /rosapi/publishers: names of nodes.
std::optional<std::vector<std::string>> rosbridgePublishers(std::string_view answer);

/// The answer of /rosapi/topic_type; empty: the topic is not known, or the call failed.
std::string rosbridgeTopicType(std::string_view answer);

struct RosbridgeStatus
{
    std::string level; ///< info, warning, error
    std::string text;
    std::string id; ///< of the call that it is about
};
RosbridgeStatus rosbridgeStatus(std::string_view frame);

/// Joins frames that a server cut into fragments. Bounded: the oldest that is not complete is given
/// up when there are too many, or too many bytes.
class RosbridgeFragments
{
public:
    static constexpr std::size_t kMaxUnfinished = 64;
    static constexpr std::size_t kMaxParts = 100'000;

    explicit RosbridgeFragments(std::size_t maxBytes)
        : m_maxBytes(maxBytes)
    {
    }

    struct Taken
    {
        std::string whole;    ///< followed by padding; `size` bytes of it are the frame
        std::size_t size = 0; ///< 0: not complete yet
        std::string givenUp;  ///< what cannot become whole any more, to be kept with its reason
        std::string reason;
    };
    /// A frame {"op":"fragment"}.
    Taken take(std::string_view frame);
    /// The connection is over: what there is of those that are not complete.
    std::vector<std::string> abandon();

private:
    struct Unfinished
    {
        std::vector<std::string> parts;
        std::vector<bool> isThere;
        std::size_t missing = 0;
        std::size_t bytes = 0;
        std::size_t begun = 0;
    };
    std::string join(const Unfinished& unfinished) const;
    void giveUpOldest(Taken& taken);

    const std::size_t m_maxBytes;
    std::size_t m_bytes = 0;
    std::size_t m_count = 0;
    std::map<std::string, Unfinished, std::less<>> m_unfinished;
};

} // namespace murmur
