// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/zombiework.h"

#include "base/time.h"
#include "findings/keymeanings.h"
#include "findings/keytable.h"
#include "findings/scene.h"
#include "findings/words.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "zombie-work";
constexpr Parameter kAfter{"after", 2, Unit::Seconds, "how long after its end work may still come"};
constexpr Parameter kMemory{"memory", 600, Unit::Seconds, "how long an end is remembered"};
constexpr std::array kParameters{kAfter, kMemory};

constexpr std::size_t kMostTasks = 65'536;
constexpr std::size_t kMostEndings = 16;  ///< of one matter
constexpr std::size_t kFilter = 1u << 16; ///< places of the filter in front of them

constexpr std::array<std::string_view, 13> kThings{
    "task",    "job",  "run",  "case", "ticket",  "order",     "workflow",
    "mission", "goal", "flow", "plan", "kickoff", "assignment"};
constexpr std::array<std::string_view, 9> kDone{"done",     "completed", "complete",
                                                "finished", "failed",    "closed",
                                                "resolved", "expired",   "ended"};
constexpr std::array<std::string_view, 6> kCancelled{"cancelled", "canceled",   "aborted",
                                                     "killed",    "terminated", "withdrawn"};
/// What ends with these is a part of it.
constexpr std::array<std::string_view, 12> kParts{"step", "tool",  "subtask", "item",
                                                  "llm",  "node",  "chunk",   "stage",
                                                  "call", "child", "attempt", "part"};
constexpr std::array<std::string_view, 14> kWorking{
    "moving", "running", "working", "executing", "progress", "active",   "processing",
    "busy",   "started", "step",    "picking",   "driving",  "thinking", "planning"};
constexpr std::array<std::string_view, 3> kStatusKeys{"status", "state", "phase"};
constexpr std::array<std::string_view, 10> kTaskKeys{"task_id",  "taskId", "task",   "job_id",
                                                     "jobId",    "job",    "run_id", "runId",
                                                     "order_id", "case_id"};

enum Words : std::uint8_t { Thing = 1, Done = 2, Cancelled = 4, Part = 8, Working = 16 };

/// A matter ends by its own word; what is done for it long after, and was not asked for anew, is
/// done for nothing. Done is what its worker says of its own part; what is cancelled is over for
/// all.
class ZombieWork final : public Detector
{
public:
    explicit ZombieWork(const Settings& settings)
        : m_after(settings.time(kId, kAfter))
        , m_memory(settings.time(kId, kMemory))
        , m_words({kThings, kDone, kCancelled, kParts, kWorking})
        , m_filter(kFilter)
    {
    }

    [[nodiscard]] KindSet kinds() const override
    {
        return kAllKinds & ~kindSet(Kind::Heartbeat, Kind::Control, Kind::Marker);
    }

    [[nodiscard]] Traits traits() const override { return HasMatter; }
    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.matterHash() != 0)
            __builtin_prefetch(&m_filter[message.matterHash() % kFilter], 1);
    }
    [[nodiscard]] bool approaches() const override { return true; }
    void approach(const Heard& message, const Scene& /*scene*/) override
    {
        if (m_filter[message.matterHash() % kFilter] != 0)
            m_matters.fetch(message.matterHash());
    }

    void hear(const Heard& message, const Scene& scene, Findings& findings) override
    {
        const std::uint64_t matter = message.matterHash();
        if (matter == 0 || (message.flags & (Retained | Late)) != 0)
            return;
        const std::uint8_t words = m_words.of(message.type, scene);
        const std::uint8_t status =
            message.kind == Kind::State ? statusOf(message, scene) : std::uint8_t(0);
        if (const Ending ending = endingOf(message, words, status); ending != Ending::None) {
            end(matter, message, ending);
            return;
        }
        if (m_filter[matter % kFilter] == 0)
            return;
        if (std::vector<Task>* const tasks = m_matters.find(matter))
            follow(matter, *tasks, message, words, status, scene, findings);
    }

    void pulse(std::int64_t now, Scene& /*scene*/, Findings& /*findings*/) override
    {
        while (!m_order.empty() &&
               (m_order.front().time < now - m_memory || m_order.size() > kMostTasks)) {
            const Order oldest = m_order.front();
            m_order.pop_front();
            std::vector<Task>* const tasks = m_matters.find(oldest.matter);
            if (tasks == nullptr || std::erase_if(*tasks, [&](const Task& task) {
                                        return task.seq == oldest.seq;
                                    }) == 0)
                continue;
            m_forgotten += oldest.time < now - m_memory ? 0 : 1;
            forgetIfEmpty(oldest.matter, *tasks);
        }
    }

    void missed(std::int64_t /*from*/, std::int64_t /*to*/) override
    {
        m_matters.clear(); // they may have been taken up again
        m_order.clear();
        std::ranges::fill(m_filter, std::uint16_t(0));
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    enum class Ending : std::uint8_t { None, Done, Cancelled };
    struct Task
    {
        Seq seq = 0; ///< of the message that ended it
        std::int64_t time = 0;
        std::int64_t sent = kNoTime;
        AgentId by{};
        std::uint64_t trace = 0; ///< hash; 0: none
        std::uint64_t id = 0;    ///< hash of its own id, where the matter is more than it; 0: none
        Ending ending = Ending::Done;
        ConnectionId connection{};
    };
    struct Order
    {
        std::int64_t time = 0;
        std::uint64_t matter = 0;
        Seq seq = 0;
    };
    enum class Means : std::uint8_t { Unknown, Other, Status };

    /// Of the state that it tells: whether that is an end, or work.
    std::uint8_t statusOf(const Heard& message, const Scene& scene)
    {
        for (const StateChange& change : message.states) {
            const Means means = m_keys.of(change.key, scene, [](const std::string& name) {
                return isOneOf(name, kStatusKeys) ? Means::Status : Means::Other;
            });
            if (means == Means::Status) {
                static constexpr std::array<WordGroup, 5> kGroups{kThings, kDone, kCancelled,
                                                                  kParts, kWorking};
                return wordsIn(message.valueOf(change), kGroups);
            }
        }
        return 0;
    }

    static Ending endingOf(const Heard& message, std::uint8_t words, std::uint8_t status)
    {
        if (message.kind == Kind::State) {
            // Of a task, not of the agent itself, which is done and busy by turns.
            if ((status & (Done | Cancelled)) == 0 ||
                ((words & Thing) == 0 && !taskOf(message).has_value()))
                return Ending::None;
            return (status & Cancelled) != 0 ? Ending::Cancelled : Ending::Done;
        }
        if (message.kind == Kind::Request || message.kind == Kind::Command ||
            message.kind == Kind::Chunk || (words & Thing) == 0 || (words & (Part | Working)) != 0)
            return Ending::None;
        return (words & Cancelled) != 0 ? Ending::Cancelled
               : (words & Done) != 0    ? Ending::Done
                                        : Ending::None;
    }

    static std::uint64_t traceOf(const Heard& message)
    {
        return idHash(message.id(IdField::Trace));
    }

    /// The id that it names, hashed; 0 when the matter is named after it; nothing: it names none.
    static std::optional<std::uint64_t> taskOf(const Heard& message)
    {
        // Nearly always it stands in the payload, which is the shorter one.
        for (const std::string_view body : {message.payload, message.raw}) {
            for (BodyKeys keys(body); keys.next();) {
                if (isOneOf(keys.key(), kTaskKeys) && keys.value() != "{" && !keys.text().empty())
                    return message.matter().find(keys.text()) != std::string_view::npos
                               ? 0
                               : idHash(keys.text());
            }
        }
        return std::nullopt;
    }

    void end(std::uint64_t matter, const Heard& message, Ending ending)
    {
        const auto [ended, isNew] = m_matters.add(matter);
        if (isNew)
            ++m_filter[matter % kFilter];
        const Task task{.seq = message.seq,
                        .time = message.time,
                        .sent = message.sent,
                        .by = message.sender,
                        .trace = traceOf(message),
                        .id = taskOf(message).value_or(0),
                        .ending = ending,
                        .connection = message.connection};
        std::vector<Task>& tasks = *ended;
        const auto known = std::ranges::find_if(tasks, [&](const Task& other) {
            return other.by == task.by && other.ending == ending && other.id == task.id;
        });
        if (known != tasks.end() && known->trace == task.trace)
            return; // it ended before: that counts
        if (known != tasks.end())
            *known = task;
        else if (tasks.size() < kMostEndings)
            tasks.push_back(task);
        else
            ++m_forgotten;
        m_order.push_back({message.time, matter, message.seq});
    }

    void forgetIfEmpty(std::uint64_t matter, const std::vector<Task>& tasks)
    {
        if (!tasks.empty())
            return;
        --m_filter[matter % kFilter];
        m_matters.erase(matter);
    }

    void follow(std::uint64_t matter, std::vector<Task>& tasks, const Heard& message,
                std::uint8_t words, std::uint8_t status, const Scene& scene, Findings& findings)
    {
        const std::uint64_t trace = traceOf(message);
        const bool asks = message.kind == Kind::Request || message.kind == Kind::Command ||
                          (message.kind == Kind::Event && (words & Working) == 0);
        std::erase_if(tasks, [&](const Task& task) {
            // Another run of the same name; or more is asked for: of what was done by anybody else,
            // of what was taken back by who took it.
            return (trace != 0 && task.trace != 0 && trace != task.trace) ||
                   (asks && (message.sender == task.by) == (task.ending == Ending::Cancelled));
        });
        for (const Task& task : tasks) {
            if (isForNothing(task, message, words, status)) {
                tell(task, message, trace != 0 && task.trace != 0, scene, findings);
                break;
            }
        }
        forgetIfEmpty(matter, tasks);
    }

    [[nodiscard]] bool isForNothing(const Task& task, const Heard& message, std::uint8_t words,
                                    std::uint8_t status) const
    {
        const bool isOwn = message.sender == task.by;
        if (!isWork(message, words, status) || message.time - task.time <= m_after ||
            message.step.what == SequenceStep::What::Late ||
            message.step.what == SequenceStep::What::Again)
            return false;
        if (task.ending == Ending::Done &&
            (!isOwn || message.kind == Kind::Request || message.kind == Kind::Command))
            return false; // its own part is done; to ask for more may be to tidy up
        if (isOwn && message.sent != kNoTime && task.sent != kNoTime &&
            message.sent - task.sent <= m_after)
            return false; // said before the end, heard after it
        return task.id == 0 || taskOf(message).value_or(0) == task.id;
    }

    static bool isWork(const Heard& message, std::uint8_t words, std::uint8_t status)
    {
        switch (message.kind) {
        case Kind::Request:
        case Kind::Command:
        case Kind::Chunk:
            return true;
        case Kind::State:
            return (status & Working) != 0;
        case Kind::Event:
            return (words & Working) != 0;
        default:
            return false; // an answer may be late
        }
    }

    static void tell(const Task& task, const Heard& message, bool isTraced, const Scene& scene,
                     Findings& findings)
    {
        Finding& finding = findings.grow(kId, index(message.sender), message.time);
        finding.hasGap =
            finding.hasGap || scene.hasGap(message.connection, task.time, message.time);
        finding.isExact = !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.5 : isTraced ? 1 : 0.9;
        finding.severity = finding.hasGap ? Severity::Info : Severity::Critical;
        finding.involve(message.sender);
        finding.involve(task.by);
        finding.topic = message.topic;
        finding.add(task.seq, message.time);
        finding.add(message.seq, message.time);
        ++finding.count;
        const std::string matter(message.matter());
        finding.fact("messages", finding.count);
        finding.fact("of", std::string_view(matter));
        finding.fact("after_ms", (message.time - task.time) / 1'000'000);
        finding.fact("type", scene.names().typeName(message.type));
        finding.summary =
            scene.name(message.sender) + " still works on " + matter + ", " +
            durationText(nanoseconds(message.time - task.time)).toStdString() + " after it was " +
            (task.ending == Ending::Cancelled ? "cancelled" : "over") + " (" +
            std::to_string(finding.count) + (finding.count == 1 ? " message)." : " messages).");
    }

    std::int64_t m_after;
    std::int64_t m_memory;
    TypeWords m_words;
    KeyMeanings<Means> m_keys;
    KeyTable<std::vector<Task>> m_matters; ///< what of them ended
    std::vector<std::uint16_t> m_filter;   ///< how many of them by place
    std::deque<Order> m_order;
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry zombieWork()
{
    return {kId, "work for what is over", false, kParameters, [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<ZombieWork>(settings));
            }};
}

} // namespace murmur
