// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/textcodec.h"

namespace murmur {

CodecEntry textCodec() noexcept
{
    CodecEntry entry{"text", "Text in UTF-8"};
    entry.read = [](CodecRun& run) {
        if (!isPlainText(run.bytes)) {
            std::size_t good = 0;
            while (good < run.bytes.size() && isPlainText(run.bytes.substr(good, 1)))
                ++good;
            throw CodecFailure{"it is no text in UTF-8", good};
        }
        run.made = CodecRun::Made::Text;
        run.isSame = true;
    };
    return entry;
}

} // namespace murmur
