// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/schemadrift.h"

#include "findings/bodyshape.h"
#include "findings/scene.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "schema-drift";
constexpr Parameter kLearn{"learn", 50, Unit::Count, "messages of a type that show its form"};
constexpr Parameter kSorts{"sort", 5, Unit::Count,
                           "messages in a row in which a key is of another sort"};
constexpr Parameter kNames{"names", 10, Unit::Count,
                           "messages in a row in which a key has another name"};
constexpr Parameter kLooks{"looks", 200, Unit::Count, "bodies that are looked at in a second"};
constexpr std::array kParameters{kLearn, kSorts, kNames, kLooks};

constexpr std::uint32_t kFewestLooks = 12;
constexpr std::uint32_t kOldForm = 4; ///< times that an agent was heard in the form that is known
constexpr std::size_t kMostTables = 2048;
constexpr std::size_t kMostPaths = 256;
constexpr std::size_t kMostSpeakers = 65'536;
constexpr std::size_t kMostWatches = 16;
constexpr std::size_t kKnownShapes = 8;

using Sorts = std::uint8_t; ///< a bit each
Sorts sortBit(BodyShape::Sort sort)
{
    return static_cast<Sorts>(1u << static_cast<unsigned>(sort));
}
constexpr Sorts kNullBit = 1;

/// Learns of each type of message which keys it has and of which sort they are; an agent that
/// spoke so and does no longer is told. Keys that come and go with what an agent does are no
/// drift: only a key of another sort is one, and one that has another name from now on.
/// Looks at so many bodies in a second, and at all of an agent that seems to have changed.
class SchemaDrift final : public Detector
{
public:
    explicit SchemaDrift(const Settings& settings)
        : m_learn(static_cast<std::int64_t>(settings.of(kId, kLearn)))
        , m_sorts(std::max(1, static_cast<int>(settings.of(kId, kSorts))))
        , m_names(std::max(1, static_cast<int>(settings.of(kId, kNames))))
        , m_looks(std::max(1.0, settings.of(kId, kLooks)))
    {
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        ++m_messages;
        if ((numberOf(message.seq) & m_mask) != 0 &&
            (m_watches.empty() || watchOf(message.sender, keyOf(message)) == nullptr))
            return;
        look(message, scene, findings);
    }

    void pulse(std::int64_t now, Scene& /*scene*/, Findings& /*findings*/) override
    {
        const double seconds = m_lastPulse == kNoTime
                                   ? 1
                                   : std::max(0.001, static_cast<double>(now - m_lastPulse) / 1e9);
        m_lastPulse = now;
        const auto every =
            static_cast<std::uint64_t>(static_cast<double>(m_messages) / seconds / m_looks) + 1;
        m_mask = std::bit_ceil(every) - 1;
        m_messages = 0;
        constexpr std::int64_t kLongest = 300'000'000'000;
        std::erase_if(m_watches, [&](const Watch& watch) {
            return watch.members.back().second < now - kLongest;
        });
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Path
    {
        std::uint64_t hash = 0;
        std::uint64_t parent = 0;
        std::string name;
        Sorts sorts = 0;
        bool isInList = false;
        bool isOptional = false;
    };
    struct Speaker
    {
        std::uint32_t looks = 0; ///< in the form that is known
        bool hasChanged = false;
    };
    /// What is known of a type.
    struct Table
    {
        std::uint32_t looks = 0;
        std::uint32_t newest = 0;  ///< the look that brought something new
        std::int64_t messages = 0; ///< as many as the looks stand for
        std::vector<Path> paths;
        std::array<std::uint64_t, kKnownShapes> known{}; ///< shapes that are as known
        std::size_t nextKnown = 0;
        bool isWild = false; ///< of too many keys to have a form
        boost::unordered_flat_map<std::uint32_t, Speaker> speakers;
    };
    enum class What : std::uint8_t { Nothing, Sort, Name };
    struct Difference
    {
        What what = What::Nothing;
        const Path* was = nullptr;
        const BodyShape::Piece* is = nullptr;
    };
    /// An agent that seems to have changed.
    struct Watch
    {
        AgentId sender{};
        std::uint64_t table = 0;
        std::uint64_t path = 0;
        What what = What::Nothing;
        int count = 0;
        std::vector<std::pair<Seq, std::int64_t>> members;
    };

    static std::uint64_t numberOf(Seq seq)
    {
        auto number = static_cast<std::uint64_t>(seq) * 0x9e37'79b9'7f4a'7c15ull;
        return number ^ number >> 32;
    }
    static std::uint64_t keyOf(const Heard& message)
    {
        return index(message.type) != 0 ? index(message.type)
                                        : std::uint64_t(index(message.topic)) | 1ull << 40;
    }
    Watch* watchOf(AgentId sender, std::uint64_t table)
    {
        const auto at = std::ranges::find_if(m_watches, [&](const Watch& watch) {
            return watch.sender == sender && watch.table == table;
        });
        return at == m_watches.end() ? nullptr : &*at;
    }

    void look(const Heard& message, const Scene& scene, Findings& findings)
    {
        if (index(message.sender) == 0 || message.payload.empty())
            return;
        const std::uint64_t key = keyOf(message);
        Table* table = tableOf(key);
        if (table == nullptr || table->isWild || !m_shape.look(message.payload))
            return;
        ++table->looks;
        table->messages += static_cast<std::int64_t>(m_mask) + 1;
        const bool isKnown = std::ranges::find(table->known, m_shape.hash()) != table->known.end();
        const bool isLearnt = table->looks > kFewestLooks && table->messages > m_learn &&
                              table->looks >= 2 * table->newest;
        const Difference difference = isKnown || !isLearnt ? Difference() : compare(*table);
        Speaker* speaker = speakerOf(*table, message.sender);
        if (speaker == nullptr)
            return;
        if (difference.what == What::Nothing ||
            (speaker->looks < kOldForm && !speaker->hasChanged)) {
            if (!isKnown)
                learn(*table);
            ++speaker->looks;
            forgive(*table, key, message.sender);
            return;
        }
        if (!speaker->hasChanged && suspect(message, key, difference)) {
            speaker->hasChanged = true;
            tell(message, key, difference, scene, findings);
        }
    }

    Table* tableOf(std::uint64_t key)
    {
        const auto at = m_tables.find(key);
        if (at != m_tables.end())
            return at->second.get();
        if (m_tables.size() >= kMostTables) {
            ++m_forgotten;
            return nullptr;
        }
        return m_tables.emplace(key, std::make_unique<Table>()).first->second.get();
    }
    Speaker* speakerOf(Table& table, AgentId sender)
    {
        const auto at = table.speakers.find(index(sender));
        if (at != table.speakers.end())
            return &at->second;
        if (m_speakers >= kMostSpeakers) {
            ++m_forgotten;
            return nullptr;
        }
        ++m_speakers;
        return &table.speakers[index(sender)];
    }
    static Path* pathOf(Table& table, std::uint64_t hash)
    {
        const auto at = std::ranges::find(table.paths, hash, &Path::hash);
        return at == table.paths.end() ? nullptr : &*at;
    }

    /// What is of another form than is known.
    Difference compare(Table& table) const
    {
        for (const BodyShape::Piece& piece : m_shape.pieces()) {
            const Path* path = pathOf(table, piece.path);
            const Sorts sort = sortBit(piece.sort);
            if (path != nullptr && sort != kNullBit && (path->sorts & ~kNullBit) != 0 &&
                (path->sorts & sort) == 0)
                return {What::Sort, path, &piece};
        }
        for (const Path& path : table.paths) {
            const bool isHere =
                std::ranges::find(m_shape.pieces(), path.hash, &BodyShape::Piece::path) !=
                m_shape.pieces().end();
            if (path.isOptional || path.isInList || isHere)
                continue;
            const auto renamed =
                std::ranges::find_if(m_shape.pieces(), [&](const BodyShape::Piece& piece) {
                    return piece.parent == path.parent && !piece.isInList &&
                           pathOf(table, piece.path) == nullptr;
                });
            if (renamed != m_shape.pieces().end())
                return {What::Name, &path, &*renamed};
        }
        return {};
    }

    /// This shape, too, is one of those that the type has.
    void learn(Table& table) const
    {
        for (Path& path : table.paths) {
            path.isOptional = path.isOptional ||
                              std::ranges::find(m_shape.pieces(), path.hash,
                                                &BodyShape::Piece::path) == m_shape.pieces().end();
        }
        for (const BodyShape::Piece& piece : m_shape.pieces()) {
            Path* path = pathOf(table, piece.path);
            const Sorts sort = sortBit(piece.sort);
            if (path == nullptr) {
                if (table.paths.size() >= kMostPaths) {
                    table.isWild = true;
                    table.paths = {};
                    return;
                }
                path =
                    &table.paths.emplace_back(Path{piece.path, piece.parent, m_shape.nameOf(piece),
                                                   0, piece.isInList, table.looks > 1});
                table.newest = table.looks;
            }
            if ((path->sorts & sort) == 0 && sort != kNullBit && path->sorts != 0)
                table.newest = table.looks;
            path->sorts |= sort;
        }
        table.known[table.nextKnown++ % kKnownShapes] = m_shape.hash();
    }

    /// The agent speaks as is known: what it seemed to have changed is one more way to say it.
    void forgive(Table& table, std::uint64_t key, AgentId sender)
    {
        if (m_watches.empty())
            return;
        Watch* watch = watchOf(sender, key);
        if (watch == nullptr)
            return;
        if (Path* path = pathOf(table, watch->path)) {
            path->sorts = watch->what == What::Sort ? Sorts(0xff) : path->sorts;
            path->isOptional = path->isOptional || watch->what == What::Name;
        }
        m_watches.erase(m_watches.begin() + (watch - m_watches.data()));
    }

    /// True when it was often enough in a row.
    bool suspect(const Heard& message, std::uint64_t key, const Difference& difference)
    {
        Watch* watch = watchOf(message.sender, key);
        if (watch == nullptr || watch->what != difference.what ||
            watch->path != difference.was->hash) {
            if (watch == nullptr) {
                if (m_watches.size() >= kMostWatches)
                    m_watches.erase(m_watches.begin());
                watch = &m_watches.emplace_back();
            }
            *watch = {message.sender, key, difference.was->hash, difference.what, 0, {}};
        }
        watch->members.emplace_back(message.seq, message.time);
        return ++watch->count >= (difference.what == What::Sort ? m_sorts : m_names);
    }

    void tell(const Heard& message, std::uint64_t key, const Difference& difference,
              const Scene& scene, Findings& findings)
    {
        Watch& watch = *watchOf(message.sender, key);
        Finding& finding = findings.grow(kId, key, watch.members.front().second);
        for (const auto& [seq, time] : watch.members)
            finding.add(seq, time);
        m_watches.erase(m_watches.begin() + (&watch - m_watches.data()));
        finding.involve(message.sender);
        finding.topic = message.topic;
        finding.count = static_cast<std::int64_t>(finding.agents.size());
        const bool isSort = difference.what == What::Sort;
        finding.isExact = isSort;
        finding.confidence = isSort ? 0.95 : 0.7;
        finding.severity = Severity::Warning;
        const std::string type = scene.names().typeName(message.type);
        const std::string name = m_shape.nameOf(*difference.is);
        finding.fact("key", std::string_view(difference.was->name));
        if (!type.empty())
            finding.fact("type", std::string_view(type));
        finding.fact("was", isSort ? firstSort(difference.was->sorts)
                                   : std::string_view(difference.was->name));
        finding.fact("is", isSort ? sortName(difference.is->sort) : std::string_view(name));
        finding.summary = scene.name(finding.agents.front());
        if (finding.count > 1)
            finding.summary += " and " + std::to_string(finding.count - 1) + " more say ";
        else
            finding.summary += " says ";
        finding.summary += (type.empty() ? "messages on " + scene.topic(message.topic) : type) +
                           " in another form than before: ";
        if (isSort)
            finding.summary += difference.was->name + " was " +
                               std::string(firstSort(difference.was->sorts)) + ", and is " +
                               std::string(sortName(difference.is->sort)) + '.';
        else
            finding.summary += difference.was->name + " is gone, and " + name + " came.";
    }

    static std::string_view firstSort(Sorts sorts)
    {
        return sortName(static_cast<BodyShape::Sort>(
            std::countr_zero(static_cast<unsigned>(sorts & ~kNullBit))));
    }

    std::int64_t m_learn;
    int m_sorts;
    int m_names;
    double m_looks;
    std::int64_t m_lastPulse = kNoTime;
    std::int64_t m_messages = 0; ///< since the last pulse
    std::uint64_t m_mask = 0;    ///< every which body is looked at
    BodyShape m_shape;
    boost::unordered_flat_map<std::uint64_t, std::unique_ptr<Table>> m_tables;
    std::size_t m_speakers = 0;
    std::vector<Watch> m_watches;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry schemaDrift()
{
    return {kId, "messages of a type in another form than before", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<SchemaDrift>(settings));
            }};
}

} // namespace murmur
