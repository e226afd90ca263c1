// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/boundedregex.h"

#include <re2/re2.h>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kRegexMemory = 1 << 20;

RE2::Options boundedOptions()
{
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kRegexMemory);
    return options;
}

} // namespace

struct BoundedRegex::Private
{
    explicit Private(std::string_view expression)
        : regex(re2::StringPiece(expression.data(), expression.size()), boundedOptions())
    {
    }
    RE2 regex;
};

BoundedRegex::BoundedRegex(std::string_view expression)
    : d(std::make_unique<Private>(expression))
{
}

BoundedRegex::~BoundedRegex() = default;
BoundedRegex::BoundedRegex(BoundedRegex&&) noexcept = default;
BoundedRegex& BoundedRegex::operator=(BoundedRegex&&) noexcept = default;

QString BoundedRegex::problem() const
{
    if (d->regex.ok())
        return {};
    const QString what = QString::fromStdString(d->regex.error());
    if (what.contains("(?"_L1))
        return u"%1; look-around and back references are not known, for they can take forever"_s
            .arg(what);
    return what;
}

std::string_view BoundedRegex::find(std::string_view text) const
{
    if (!d->regex.ok())
        return {};
    const re2::StringPiece whole(text.data(), text.size());
    re2::StringPiece groups[2];
    const int wanted = d->regex.NumberOfCapturingGroups() > 0 ? 2 : 1;
    if (!d->regex.Match(whole, 0, whole.size(), RE2::UNANCHORED, groups, wanted))
        return {};
    const re2::StringPiece& found = groups[wanted - 1];
    return found.data() == nullptr ? std::string_view()
                                   : std::string_view(found.data(), found.size());
}

} // namespace murmur
