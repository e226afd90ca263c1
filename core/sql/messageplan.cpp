// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "sql/messageplan.h"

#include "sql/planvalues.h"

#include <algorithm>
#include <cstring>

namespace murmur {

namespace {

enum class Key {
    Ordinal,
    Time,
    Recording,
    Sender,
    Topic,
    Kind,
    Message,
    Correlation,
    Trace,
    Conversation
};

struct KeyName
{
    std::string_view name; ///< in the plan
    MessageColumn column;
    MessageColumn alias; ///< or the same again
    Key key;
    bool hasOrder; ///< bounds can be handed down, not only equality
};

constexpr std::array kKeys = std::to_array<KeyName>({
    {"seq", MessageColumn::Ordinal, MessageColumn::Ordinal, Key::Ordinal, true},
    {"time", MessageColumn::Time, MessageColumn::Time, Key::Time, true},
    {"recording", MessageColumn::Recording, MessageColumn::Recording, Key::Recording, false},
    {"sender", MessageColumn::Sender, MessageColumn::From, Key::Sender, false},
    {"topic", MessageColumn::Topic, MessageColumn::Topic, Key::Topic, false},
    {"kind", MessageColumn::Kind, MessageColumn::Kind, Key::Kind, false},
    {"msg_id", MessageColumn::MsgId, MessageColumn::Id, Key::Message, false},
    {"correlation", MessageColumn::Correlation, MessageColumn::Correlation, Key::Correlation,
     false},
    {"trace", MessageColumn::Trace, MessageColumn::Trace, Key::Trace, false},
    {"conversation", MessageColumn::Conversation, MessageColumn::Conversation, Key::Conversation,
     false},
});

std::string_view operatorName(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return "=";
    case SQLITE_INDEX_CONSTRAINT_GT:
        return ">";
    case SQLITE_INDEX_CONSTRAINT_GE:
        return ">=";
    case SQLITE_INDEX_CONSTRAINT_LT:
        return "<";
    case SQLITE_INDEX_CONSTRAINT_LE:
        return "<=";
    default:
        return {};
    }
}

/// What is expected to be looked at and returned. The figures only have to order plans rightly.
struct Estimate
{
    double rows;
    double headers;

    void narrow(Key key, bool isEqual)
    {
        switch (key) {
        case Key::Ordinal:
            rows = isEqual ? 1 : rows / 4;
            headers = isEqual ? 500 : headers / 4;
            break;
        case Key::Time:
            rows = isEqual ? 4 : rows / 4;
            headers = isEqual ? 1000 : headers / 4;
            break;
        case Key::Recording:
            break;
        case Key::Sender:
            rows /= 10;
            headers /= 2;
            break;
        case Key::Topic:
            rows /= 10;
            break;
        case Key::Kind:
            rows /= 4;
            break;
        case Key::Message:
        case Key::Correlation:
        case Key::Trace:
        case Key::Conversation:
            rows = std::min(rows, key == Key::Message ? 1.0 : 10.0);
            headers = std::min(headers, std::max(2000.0, headers / 100));
            break;
        }
    }
    [[nodiscard]] double cost() const { return 20 + rows + headers / 10; }
};

void planOrder(sqlite3_index_info& info, std::string& plan)
{
    for (int i = 0; i < info.nOrderBy; ++i) {
        const auto& term = info.aOrderBy[i];
        if (term.iColumn == static_cast<int>(MessageColumn::Recording))
            continue; // there is only one
        if (term.iColumn != static_cast<int>(MessageColumn::Ordinal))
            return;
        info.orderByConsumed = 1; // no two have the same: what follows does not matter
        if (term.desc != 0)
            plan += plan.empty() ? "seq desc" : ",seq desc";
        return;
    }
}

std::uint32_t kindsOf(const std::vector<std::string>& texts)
{
    std::uint32_t kinds = 0;
    for (const std::string& text : texts) {
        if (const auto kind = kindFromName(text))
            kinds |= 1u << static_cast<unsigned>(*kind);
    }
    return kinds;
}

void apply(MessageConditions& to, const KeyName& key, std::string_view op, sqlite3_value* value)
{
    ScanRequest& request = to.request;
    if (key.hasOrder && op != "in") {
        const bool isSeq = key.key == Key::Ordinal;
        to.isEmpty |= !narrow(isSeq ? request.first : request.firstTime,
                              isSeq ? request.last : request.lastTime, op, value);
        return;
    }
    if (key.key == Key::Ordinal) {
        if (!request.seqs)
            request.seqs = seqsOf(value);
        return;
    }
    const bool isId = key.key >= Key::Message;
    auto texts = textsOf(op, value, isId);
    if (!texts)
        return;
    // A second condition on the same column is left to SQLite.
    const auto setOnce = [&](auto& wanted, auto&& now) {
        if (!wanted)
            wanted = std::forward<decltype(now)>(now);
    };
    switch (key.key) {
    case Key::Recording:
        setOnce(to.recordings, std::move(*texts));
        break;
    case Key::Sender:
        setOnce(to.senders, std::move(*texts));
        break;
    case Key::Topic:
        setOnce(to.topics, std::move(*texts));
        break;
    case Key::Kind:
        setOnce(request.kinds, kindsOf(*texts));
        break;
    case Key::Message:
        request.ids.push_back({IdField::Message, std::move(*texts)});
        break;
    case Key::Correlation:
        request.ids.push_back({IdField::Correlation, std::move(*texts)});
        break;
    case Key::Trace:
        request.ids.push_back({IdField::Trace, std::move(*texts)});
        break;
    case Key::Conversation:
        request.ids.push_back({IdField::Conversation, std::move(*texts)});
        break;
    case Key::Ordinal:
    case Key::Time:
        break;
    }
}

} // namespace

void planMessages(sqlite3_index_info& info, std::int64_t messages, bool isSingle)
{
    const auto all = static_cast<double>(messages);
    Estimate estimate{all, all};
    std::string plan;
    int values = 0;
    for (int i = 0; i < info.nConstraint; ++i) {
        const auto& constraint = info.aConstraint[i];
        const auto key = std::ranges::find_if(kKeys, [&](const KeyName& known) {
            return static_cast<int>(known.column) == constraint.iColumn ||
                   static_cast<int>(known.alias) == constraint.iColumn;
        });
        std::string_view op = operatorName(constraint.op);
        const bool isEqual = op == "=";
        if (constraint.usable == 0 || key == kKeys.end() || op.empty() ||
            (!isEqual && !key->hasOrder))
            continue;
        const bool isIn = isEqual && sqlite3_vtab_in(&info, i, -1) != 0;
        if (!key->hasOrder && std::strcmp(sqlite3_vtab_collation(&info, i), "BINARY") != 0)
            continue;
        if (isIn && key->key != Key::Time) {
            sqlite3_vtab_in(&info, i, 1); // all values at once: one scan
            op = "in";
        }
        if (isEqual && key->key == Key::Ordinal && isSingle && !isIn)
            info.idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
        info.aConstraintUsage[i].argvIndex = ++values;
        plan += plan.empty() ? "" : ",";
        plan += key->name;
        plan += ' ';
        plan += op;
        estimate.narrow(key->key, isEqual);
        if (isIn)
            estimate = {estimate.rows * 2, std::min(all, estimate.headers * 2)};
    }
    if (isSingle)
        planOrder(info, plan);
    std::uint32_t wanted = 0;
    for (int column = 0; column < 63; ++column) {
        if ((info.colUsed >> column & 1u) != 0)
            wanted |= columnsFor(static_cast<MessageColumn>(column));
    }
    info.idxNum = static_cast<int>(wanted);
    info.idxStr = sqlite3_mprintf("%s", plan.c_str());
    info.needToFreeIdxStr = 1;
    info.estimatedCost = estimate.cost();
    info.estimatedRows = static_cast<sqlite3_int64>(std::max(1.0, estimate.rows));
}

MessageConditions MessageConditions::of(int wanted, std::string_view plan,
                                        std::span<sqlite3_value*> values)
{
    MessageConditions conditions;
    conditions.request.wanted = static_cast<std::uint32_t>(wanted);
    auto value = values.begin();
    while (!plan.empty()) {
        const std::string_view step = plan.substr(0, plan.find(','));
        plan.remove_prefix(std::min(plan.size(), step.size() + 1));
        if (step == "seq desc") {
            conditions.request.isDescending = true;
            continue;
        }
        const std::size_t space = step.find(' ');
        const auto key = std::ranges::find(kKeys, step.substr(0, space), &KeyName::name);
        if (key == kKeys.end() || value == values.end())
            break;
        apply(conditions, *key, step.substr(space + 1), *value++);
    }
    return conditions;
}

std::optional<ScanRequest> MessageConditions::requestFor(RecordingView& recording) const
{
    const auto isNamed = [&](const std::string& label) { return label == recording.label(); };
    if (isEmpty || (recordings && std::ranges::none_of(*recordings, isNamed)))
        return std::nullopt;
    ScanRequest result = request;
    if (senders)
        result.senders = recording.names().agentsNamed(*senders);
    if (topics)
        result.topics = recording.names().topicsNamed(*topics);
    return result;
}

} // namespace murmur
