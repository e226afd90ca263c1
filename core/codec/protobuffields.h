// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "codec/bytereader.h"
#include "codec/jsonout.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace murmur {

/// One field as it stands in a message of protobuf.
struct ProtobufField
{
    enum Wire : std::uint8_t { Varint = 0, Fixed64 = 1, Sized = 2, Group = 3, Fixed32 = 5 };
    std::uint32_t number = 0;
    Wire wire = Varint;
    std::uint64_t value = 0; ///< of Varint and the fixed ones
    std::string_view bytes;  ///< of Sized and Group
    std::size_t at = 0;      ///< where its value stands
};

/// The fields of one message, in their order. Throws CodecFailure.
std::vector<ProtobufField> protobufFields(std::string_view message, std::size_t base);

/// Without a schema: numbers for names, and of each value the most likely meaning.
void writeRawProtobuf(std::string_view message, std::size_t base, JsonOut& out, int depth = 0);
/// The same of one value.
void writeRawProtobufValue(const ProtobufField& field, JsonOut& out, int depth);

} // namespace murmur
