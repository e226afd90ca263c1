// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verifyfilter.h"

#include "recording/codec.h"
#include "recording/reader.h"
#include "recording/sqlite.h"
#include "recording/textfilter.h"
#include "recording/verifytiles.h"

#include <string>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Of the blocks of a run every so many is looked into, at so many places.
constexpr std::int64_t kEvery = 16;
constexpr std::size_t kPlaces = 8;
constexpr std::size_t kTextSize = 4; // letters
/// Any text makes a run decode.
const TextChoice kProbe{"quixotry"};

class FilterVerification
{
public:
    FilterVerification(RecordingReader& reader, const std::set<std::int64_t>& broken,
                       const VerifyOptions& options, VerifyReport& report)
        : m_reader(reader)
        , m_broken(broken)
        , m_options(options)
        , m_report(report)
    {
    }

    void oneRun(std::int64_t last, const std::string& bytes)
    {
        TextFilterRun run;
        run.look(last, bytes, kProbe, m_packer);
        if (!run.isKnown()) {
            found(last,
                  u"The text filter of the blocks up to %1 cannot be read; searches look into "
                  "all of them."_s.arg(last));
            return;
        }
        std::int64_t block = last;
        while (run.covers(block)) {
            if (!oneBlock(last, bytes, block)) {
                found(block, u"The text filter of block %1 denies texts that its messages hold: a "
                             "search does not find them."_s.arg(block));
                return;
            }
            block -= m_options.deep ? 1 : kEvery;
        }
    }

private:
    /// The first letters from `offset` on that a filter notes: four in a row, of which one is none
    /// of a hexadecimal number.
    [[nodiscard]] std::string wordFrom(std::size_t offset) const
    {
        std::size_t letters = 0;
        std::size_t sinceNoted = kTextSize;
        for (std::size_t i = offset; i < m_payload.size(); ++i) {
            const char c = static_cast<char>(m_payload[i] | 0x20);
            const bool isLetter = c >= 'a' && c <= 'z';
            letters = isLetter ? letters + 1 : 0;
            sinceNoted = isLetter && c > 'f' ? 0 : sinceNoted + 1;
            if (letters >= kTextSize && sinceNoted < kTextSize)
                return m_payload.substr(i + 1 - kTextSize, kTextSize);
        }
        return {};
    }

    bool oneBlock(std::int64_t last, const std::string& bytes, std::int64_t block)
    {
        const auto ref = m_reader.blockBehind(block - 1);
        if (!ref || ref->id != block || m_broken.contains(block) ||
            !m_reader.loadPayload(*ref, m_payload))
            return true;
        for (std::size_t place = 0; place < kPlaces; ++place) {
            const std::string text = wordFrom(m_payload.size() * place / kPlaces);
            if (text.empty())
                continue;
            TextFilterRun run;
            run.look(last, bytes, {text}, m_packer);
            if (!run.mayHold(block))
                return false;
        }
        return true;
    }

    void found(std::int64_t block, const QString& sentence)
    {
        Damage damage;
        damage.part = Damage::Part::Filter;
        damage.block = block;
        damage.sentence = sentence;
        addDamage(m_report, std::move(damage));
    }

    RecordingReader& m_reader;
    const std::set<std::int64_t>& m_broken;
    const VerifyOptions& m_options;
    VerifyReport& m_report;
    Packer m_packer;
    std::string m_payload;
};

} // namespace

void verifyTextFilter(Database& database, RecordingReader& reader,
                      const std::set<std::int64_t>& broken, const VerifyOptions& options,
                      VerifyReport& report)
{
    FilterVerification verification(reader, broken, options, report);
    const std::int64_t runs = database.number("SELECT count(*) FROM bloom");
    std::int64_t done = 0;
    Statement rows(database, "SELECT block, data FROM bloom ORDER BY block");
    while (!options.stop.stop_requested() && rows.step()) {
        verification.oneRun(rows.number(0), std::string(rows.blob(1)));
        if (options.progress)
            options.progress(u"text filter"_s, ++done, runs);
    }
}

} // namespace murmur
