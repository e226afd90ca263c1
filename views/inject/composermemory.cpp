// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/composermemory.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

QJsonObject draftToJson(const InjectionDraft& draft)
{
    QJsonArray headers;
    for (const auto& [name, value] : draft.headers)
        headers.append(QJsonArray{QString::fromStdString(name), QString::fromStdString(value)});
    return {{u"topic"_s, QString::fromUtf8(draft.topic)},
            {u"payload"_s, QString::fromLatin1(draft.payload.toBase64())},
            {u"headers"_s, headers},
            {u"binary"_s, draft.isBinary},
            {u"reply"_s, draft.wantsReply},
            {u"repeat"_s, draft.repeat},
            {u"rate"_s, draft.rate}};
}

InjectionDraft draftFromJson(const QJsonObject& json)
{
    InjectionDraft draft;
    draft.topic = json[u"topic"_s].toString().toUtf8();
    draft.payload = QByteArray::fromBase64(json[u"payload"_s].toString().toLatin1());
    for (const QJsonValue& header : json[u"headers"_s].toArray())
        draft.headers.emplace_back(header[0].toString().toStdString(),
                                   header[1].toString().toStdString());
    draft.isBinary = json[u"binary"_s].toBool();
    draft.wantsReply = json[u"reply"_s].toBool();
    draft.repeat = std::max(1, json[u"repeat"_s].toInt(1));
    draft.rate = std::max(0.001, json[u"rate"_s].toDouble(1));
    return draft;
}

bool isSameText(const InjectionDraft& one, const InjectionDraft& other)
{
    return one.topic == other.topic && one.payload == other.payload && one.headers == other.headers;
}

} // namespace

void ComposerMemory::remember(const InjectionDraft& draft)
{
    if (draft.payload.size() > kMostBytes)
        return;
    std::erase_if(m_history,
                  [&draft](const InjectionDraft& one) { return isSameText(one, draft); });
    m_history.insert(m_history.begin(), draftFromJson(draftToJson(draft)));
    if (m_history.size() > kMostRemembered)
        m_history.resize(kMostRemembered);
}

void ComposerMemory::keep(const QString& name, const InjectionDraft& draft)
{
    if (!name.trimmed().isEmpty() && draft.payload.size() <= kMostBytes)
        m_snippets[name.trimmed()] = draftFromJson(draftToJson(draft));
}

void ComposerMemory::forget(const QString& name)
{
    m_snippets.erase(name);
}

QStringList ComposerMemory::names() const
{
    QStringList names;
    for (const auto& [name, draft] : m_snippets)
        names << name;
    return names;
}

const InjectionDraft* ComposerMemory::snippet(const QString& name) const
{
    const auto found = m_snippets.find(name);
    return found == m_snippets.end() ? nullptr : &found->second;
}

QByteArray ComposerMemory::toJson() const
{
    QJsonArray history;
    for (const InjectionDraft& draft : m_history)
        history.append(draftToJson(draft));
    QJsonObject snippets;
    for (const auto& [name, draft] : m_snippets)
        snippets[name] = draftToJson(draft);
    return QJsonDocument(QJsonObject{{u"history"_s, history}, {u"snippets"_s, snippets}})
        .toJson(QJsonDocument::Compact);
}

void ComposerMemory::fromJson(const QByteArray& json)
{
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    m_history.clear();
    m_snippets.clear();
    for (const QJsonValue& draft : object[u"history"_s].toArray()) {
        if (m_history.size() < kMostRemembered)
            m_history.push_back(draftFromJson(draft.toObject()));
    }
    const QJsonObject snippets = object[u"snippets"_s].toObject();
    for (auto one = snippets.begin(); one != snippets.end(); ++one)
        m_snippets[one.key()] = draftFromJson(one.value().toObject());
}

} // namespace murmur
