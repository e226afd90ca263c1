// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/composermemory.h"

#include "bus/endpoint.h"
#include "replay/injectionsequence.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <optional>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

/// Until format 2 payloads were base64 only.
std::optional<InjectionDraft> keptDraft(const QJsonObject& kept, int format)
{
    QJsonObject json = kept;
    if (format < 2) {
        json[u"payload_base64"_s] = json.take(u"payload"_s);
        if (json.take(u"reply"_s).toBool())
            json[u"expect_reply"_s] = u"2s"_s;
    }
    auto draft = draftFromJson(json);
    if (!draft)
        return std::nullopt;
    return *draft;
}

/// Without bus, origin and message.
InjectionDraft bareDraft(const InjectionDraft& draft)
{
    return keptDraft(draftToJson(draft), 2).value_or(InjectionDraft());
}

bool isSameText(const InjectionDraft& one, const InjectionDraft& other)
{
    return one.topic == other.topic && one.payload == other.payload &&
           one.headers == other.headers && one.key == other.key &&
           one.correlation == other.correlation && one.retain == other.retain &&
           one.isTombstone == other.isTombstone;
}

} // namespace

void ComposerMemory::remember(const InjectionDraft& draft)
{
    if (draft.payload.size() > kMostBytes)
        return;
    std::erase_if(m_history,
                  [&draft](const InjectionDraft& one) { return isSameText(one, draft); });
    m_history.insert(m_history.begin(), bareDraft(draft));
    if (m_history.size() > kMostRemembered)
        m_history.resize(kMostRemembered);
}

void ComposerMemory::keep(const QString& name, const InjectionDraft& draft, const QString& bus)
{
    if (!name.trimmed().isEmpty() && draft.payload.size() <= kMostBytes)
        m_snippets[bus][name.trimmed()] = bareDraft(draft);
}

void ComposerMemory::forget(const QString& name, const QString& bus)
{
    const auto found = m_snippets.find(bus);
    if (found == m_snippets.end())
        return;
    found->second.erase(name);
    if (found->second.empty())
        m_snippets.erase(found);
}

QStringList ComposerMemory::names(const QString& bus) const
{
    QStringList names;
    if (const auto found = m_snippets.find(bus); found != m_snippets.end()) {
        for (const auto& [name, draft] : found->second)
            names << name;
    }
    return names;
}

const InjectionDraft* ComposerMemory::snippet(const QString& name, const QString& bus) const
{
    const auto of = m_snippets.find(bus);
    if (of == m_snippets.end())
        return nullptr;
    const auto found = of->second.find(name);
    return found == of->second.end() ? nullptr : &found->second;
}

QString ComposerMemory::busKey(const QUrl& bus)
{
    return bus.scheme().isEmpty() ? QString() : endpointsOf(bus).value(0);
}

QByteArray ComposerMemory::toJson() const
{
    QJsonArray history;
    for (const InjectionDraft& draft : m_history)
        history.append(draftToJson(draft));
    QJsonObject buses;
    for (const auto& [bus, kept] : m_snippets) {
        QJsonObject snippets;
        for (const auto& [name, draft] : kept)
            snippets[name] = draftToJson(draft);
        buses[bus] = snippets;
    }
    const QJsonValue snippets = buses.take(QString());
    QJsonObject sequences;
    for (const auto& [name, steps] : m_sequences)
        sequences[name] = sequenceToJson(steps);
    return QJsonDocument(QJsonObject{{u"format"_s, 2},
                                     {u"history"_s, history},
                                     {u"snippets"_s, snippets.toObject()},
                                     {u"bus_snippets"_s, buses},
                                     {u"sequences"_s, sequences}})
        .toJson(QJsonDocument::Compact);
}

void ComposerMemory::fromJson(const QByteArray& json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    const int format = object[u"format"_s].toInt(1);
    m_history.clear();
    m_snippets.clear();
    m_sequences.clear();
    for (const QJsonValue& kept : object[u"history"_s].toArray()) {
        if (const auto draft = keptDraft(kept.toObject(), format);
            draft && m_history.size() < kMostRemembered)
            m_history.push_back(*draft);
    }
    const auto take = [&](const QString& bus, const QJsonObject& snippets) {
        for (auto one = snippets.begin(); one != snippets.end(); ++one) {
            if (const auto draft = keptDraft(one.value().toObject(), format))
                m_snippets[bus][one.key()] = *draft;
        }
    };
    take({}, object[u"snippets"_s].toObject());
    const QJsonObject buses = object[u"bus_snippets"_s].toObject();
    for (auto one = buses.begin(); one != buses.end(); ++one)
        take(one.key(), one.value().toObject());
    const QJsonObject sequences = object[u"sequences"_s].toObject();
    for (auto one = sequences.begin(); one != sequences.end(); ++one) {
        if (auto steps = sequenceFromJson(one.value().toObject()))
            m_sequences[one.key()] = std::move(*steps);
    }
}

void ComposerMemory::keepSequence(const QString& name, const std::vector<InjectionStep>& steps)
{
    if (!name.trimmed().isEmpty() && !steps.empty())
        m_sequences[name.trimmed()] = steps;
}

void ComposerMemory::forgetSequence(const QString& name)
{
    m_sequences.erase(name);
}

QStringList ComposerMemory::sequenceNames() const
{
    QStringList names;
    for (const auto& [name, steps] : m_sequences)
        names << name;
    return names;
}

const std::vector<InjectionStep>* ComposerMemory::sequence(const QString& name) const
{
    const auto found = m_sequences.find(name);
    return found == m_sequences.end() ? nullptr : &found->second;
}

} // namespace murmur
