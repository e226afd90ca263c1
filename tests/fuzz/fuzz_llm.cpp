// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/kind.h"
#include "llm/callreader.h"
#include "llm/jsonlines.h"
#include "llm/transcript.h"
#include "llm/transcripttext.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace murmur;

/// Each line is a message; the first character of a line says its kind. What is read of them is put
/// together and written out in all forms.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    CallReader reader;
    std::vector<TranscriptPiece> pieces;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        TranscriptPiece piece;
        piece.seq = static_cast<Seq>(pieces.size()) + 1;
        piece.from = "a";
        piece.kind = Kind::Event;
        if (!line.empty() && line.front() != '{') {
            piece.kind = static_cast<Kind>(static_cast<unsigned char>(line.front()) % kKindCount);
            line.remove_prefix(1);
        }
        auto call = reader.read(line, line.substr(line.size() / 2), piece.kind);
        if (!call)
            continue;
        if (piece.kind == Kind::Request && !call->usage.isEmpty())
            std::abort();
        piece.call = std::move(*call);
        pieces.push_back(std::move(piece));
    }
    const Transcript made = transcriptOf(std::move(pieces), PriceTable::shipped());
    (void)transcriptJson(made);
    (void)transcriptMarkdown(made);
    for (std::size_t i = 0; i < made.calls.size(); ++i)
        (void)callText(made, i, true);
    (void)jsonLines({reinterpret_cast<const char*>(data), size});
    return 0;
}
