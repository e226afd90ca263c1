// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/aliastable.h"
#include "dialect/dialect.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace murmur {

/// Applies the alias table to the fields of one message, in whatever order they come: each target
/// keeps its best hit, and of two equal hits the first. Shared by the dialects that read fields.
class FieldCollector
{
public:
    /// The place of a field: 0 is the top level, 1 and up the containers in their order, kHeaders
    /// the headers of the transport.
    using Place = unsigned;
    static constexpr Place kTop = 0;
    static constexpr Place kHeaders = 63;

    /// What one message may name at most; more is a mistake or an attack.
    static constexpr std::size_t kMaxReceivers = 16'384;
    static constexpr std::size_t kMaxParents = 256;

    void begin(const MessageView& message, Interpretation& out);

    /// True when a value of this meaning would still be taken; spares looking at values that lose.
    [[nodiscard]] bool wants(const KeyMeaning& meaning, Place place) const noexcept;
    /// A text or a number as text; empty text is no hit. `text` lives in the message or in scratch.
    void offerText(const KeyMeaning& meaning, Place place, std::string_view text);
    /// Takes the hit for a value that the caller stores itself; false when a better one is there.
    [[nodiscard]] bool claim(KeyMeaning::Hit hit, Place place) noexcept;
    void noteError() noexcept { m_hasError = true; }

    /// Fields from the headers of the transport, then the kind and what follows from it.
    void finish(const MessageView& message);

private:
    void offerTo(KeyMeaning::Hit hit, Place place, std::string_view text);
    void readHeaders(std::string_view headers);
    void decideKind();

    Interpretation* m_out = nullptr;
    std::array<std::uint16_t, kTargetCount> m_best{};
    std::string_view m_kindText; // of a `kind` that is not one of ours
    std::string_view m_carriedParentSpan;
    std::optional<Kind> m_statedKind;
    bool m_hasError = false;
    bool m_takesTopic = false;
};

} // namespace murmur
