// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/a2apath.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace murmur {

namespace {

// `*` is the number of a task, or of what belongs to one.
struct A2aRoute
{
    std::string_view verb;
    std::string_view path;
    std::string_view method;
};
constexpr std::array kA2aRoutes = std::to_array<A2aRoute>({
    {"POST", "message:send", "SendMessage"},
    {"POST", "message:stream", "SendStreamingMessage"},
    {"POST", "tasks/*:cancel", "CancelTask"},
    {"GET", "tasks/*:subscribe", "SubscribeToTask"},
    {"POST", "tasks/*:subscribe", "SubscribeToTask"},
    {"POST", "tasks/*/pushNotificationConfigs", "CreateTaskPushNotificationConfig"},
    {"GET", "tasks/*/pushNotificationConfigs", "ListTaskPushNotificationConfigs"},
    {"GET", "tasks/*/pushNotificationConfigs/*", "GetTaskPushNotificationConfig"},
    {"DELETE", "tasks/*/pushNotificationConfigs/*", "DeleteTaskPushNotificationConfig"},
    {"GET", "tasks/*", "GetTask"},
    {"GET", "tasks", "ListTasks"},
    {"GET", "extendedAgentCard", "GetExtendedAgentCard"},
    {"GET", "v1/card", "GetExtendedAgentCard"},
});

/// Takes the last segment off `path`.
std::string_view takeLast(std::string_view& path) noexcept
{
    const std::size_t slash = path.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    return last;
}

/// Whether `path` ends as `route` says; `task` is what the first `*` stands for.
bool endsAs(std::string_view path, std::string_view route, std::string_view& task) noexcept
{
    while (!route.empty()) {
        const std::string_view wanted = takeLast(route);
        std::string_view given = takeLast(path);
        if (!wanted.starts_with('*')) {
            if (given != wanted)
                return false;
            continue;
        }
        const std::string_view action = wanted.substr(1);
        if (!given.ends_with(action) || given.size() == action.size())
            return false;
        given.remove_suffix(action.size());
        if (action.empty() && given.find(':') != std::string_view::npos)
            return false;
        task = given;
    }
    return true;
}

} // namespace

std::optional<A2aCall> a2aCallOf(std::string_view verb, std::string_view path) noexcept
{
    for (const A2aRoute& route : kA2aRoutes) {
        A2aCall call{route.method, {}};
        if (route.verb == verb && endsAs(path, route.path, call.task))
            return call;
    }
    return std::nullopt;
}

} // namespace murmur
