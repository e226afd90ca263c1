// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever is relayed: its copy is read the same whether the bytes come at once or in pieces, holds
// no more than its limit, and the walker counts the messages that the reader finds.

#include "bus/tap/tapframes.h"
#include "bus/tap/tapgrpc.h"
#include "bus/tap/taphead.h"
#include "bus/tap/taphttp.h"
#include "bus/tap/tapwalker.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

constexpr std::size_t kMaxMessage = 100'000;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::string read(std::string_view bytes, std::size_t step, const murmur::TapAgreement& agreement)
{
    murmur::TapRoom room;
    std::string out;
    const auto add = [&](const murmur::TapMessage& message) {
        require(message.raw.size() <= static_cast<qsizetype>(kMaxMessage));
        out += message.isBinary ? 'b' : 't';
        out += message.isTruncated ? '-' : ' ';
        out.append(message.raw.data(), static_cast<std::size_t>(message.raw.size()));
        out += message.undecodable.toStdString();
        out += '\n';
    };
    {
        murmur::TapFrames frames(kMaxMessage, agreement, room);
        murmur::TapWalker walker;
        std::uint64_t walked = 0;
        std::uint64_t found = 0;
        bool hasGivenUp = false;
        while (!bytes.empty()) {
            std::string_view piece = bytes.substr(0, step);
            bytes.remove_prefix(piece.size());
            const auto ends = walker.walk(piece);
            require(ends.boundary == murmur::TapWalker::kNone || ends.boundary <= piece.size());
            walked += ends.before + ends.after;
            for (;;) {
                const auto event = frames.next(piece);
                if (event == murmur::TapFrames::Event::NeedMore)
                    break;
                hasGivenUp = hasGivenUp || event == murmur::TapFrames::Event::GaveUp;
                if (event == murmur::TapFrames::Event::Message) {
                    const murmur::TapMessage message = frames.take();
                    found += message.undecodable.isEmpty();
                    add(message);
                } else {
                    out += frames.reason();
                }
            }
            require(hasGivenUp || found <= walked);
        }
        if (const auto rest = frames.abandon("cut"))
            add(*rest);
    }
    require(room.used == 0);
    return out;
}

/// The same bytes as those of a client and of a server of HTTP/2, of which calls are known.
std::string readGrpc(std::string_view bytes, std::size_t step)
{
    murmur::TapRoom room;
    const auto calls = std::make_shared<murmur::TapCalls>();
    calls->open[1] = {"/a.B/C", "application/grpc", {}, {}};
    std::string out;
    {
        const murmur::TapHttp::Ends ends{"client 127.0.0.1:1", "server:80", {}};
        murmur::TapGrpc up(true, ends, kMaxMessage, room, calls);
        murmur::TapGrpc down(false, ends, kMaxMessage, room, calls);
        const std::string asked = std::string(murmur::TapGrpc::kPreface) + std::string(bytes);
        const auto add = [&](const murmur::TapMessage& message) {
            out.append(message.raw.data(), static_cast<std::size_t>(message.raw.size()));
            out += message.undecodable.toStdString() + '\n';
        };
        for (auto& [reader, all] :
             {std::pair<murmur::TapReader*, std::string_view>{&up, asked}, {&down, bytes}}) {
            for (std::string_view rest = all; !rest.empty();) {
                std::string_view piece = rest.substr(0, step);
                rest.remove_prefix(piece.size());
                for (;;) {
                    const auto event = reader->next(piece);
                    if (event == murmur::TapReader::Event::NeedMore)
                        break;
                    if (event == murmur::TapReader::Event::Message)
                        add(reader->take());
                    else
                        out += reader->reason();
                }
            }
            if (const auto last = reader->abandon("cut"))
                add(*last);
        }
    }
    require(room.used == 0);
    return out;
}

/// The same bytes as a request and as an answer of HTTP.
std::string readHttp(std::string_view bytes, std::size_t step)
{
    murmur::TapRoom room;
    murmur::TapSessions sessions;
    const auto exchange = std::make_shared<murmur::TapExchange>();
    std::string out;
    {
        const murmur::TapHttp::Ends ends{"client 127.0.0.1:1", "server:80", {}};
        murmur::TapHttp up(true, ends, kMaxMessage, room, exchange, sessions);
        murmur::TapHttp down(false, ends, kMaxMessage, room, exchange, sessions);
        const auto add = [&](const murmur::TapMessage& message) {
            require(message.raw.size() <= static_cast<qsizetype>(kMaxMessage));
            out.append(message.raw.data(), static_cast<std::size_t>(message.raw.size()));
            out += message.undecodable.toStdString() + '\n';
        };
        for (murmur::TapReader* reader :
             {static_cast<murmur::TapReader*>(&up), static_cast<murmur::TapReader*>(&down)}) {
            for (std::string_view rest = bytes; !rest.empty();) {
                std::string_view piece = rest.substr(0, step);
                rest.remove_prefix(piece.size());
                for (;;) {
                    const auto event = reader->next(piece);
                    if (event == murmur::TapReader::Event::NeedMore)
                        break;
                    if (event == murmur::TapReader::Event::Message)
                        add(reader->take());
                    else
                        out += reader->reason();
                }
            }
            if (const auto last = reader->abandon("cut"))
                add(*last);
        }
    }
    require(room.used == 0);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    murmur::TapAgreement agreement;
    agreement.isDeflated = data[0] & 1;
    agreement.keepsContext = data[0] & 2;
    const std::string whole = read(bytes, bytes.size(), agreement);
    require(whole == read(bytes, 1 + data[0] / 4, agreement));
    require(readHttp(bytes, bytes.size()) == readHttp(bytes, 1 + data[0] / 4));
    // The greeting comes before them, so there is something to read of none.
    require(readGrpc(bytes, bytes.size() + 1) == readGrpc(bytes, 1 + data[0] / 4));
    if (const auto request = murmur::readTapRequest(bytes, {"server", "/path"}))
        require(!request->head.empty());
    static_cast<void>(murmur::readTapAnswer(bytes));
    static_cast<void>(murmur::tapAgreement(bytes, true));
    return 0;
}
