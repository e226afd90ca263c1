// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/otlp/otlpreading.h"

#include "bus/otlp/jsonscan.h"

namespace murmur {

namespace {

constexpr std::size_t kMostOfService = 100;
constexpr std::size_t kMostOfName = 150;
/// Of what cannot be read, so much is kept.
constexpr std::size_t kKept = std::size_t(64) << 10;

/// Not cut inside a character.
std::string shortened(std::string text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    std::size_t size = most;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        --size;
    text.resize(size);
    return text;
}

std::string serviceOf(std::string_view resource)
{
    std::string service;
    forEachMember(resource, [&](std::string_view key, std::string_view attributes) {
        if (key != "attributes")
            return;
        forEachElement(attributes, [&](std::string_view attribute) {
            bool isIt = false;
            std::string text;
            forEachMember(attribute, [&](std::string_view part, std::string_view value) {
                if (part == "key") {
                    isIt = value == "\"service.name\"";
                } else if (part == "value") {
                    forEachMember(value, [&](std::string_view type, std::string_view of) {
                        if (type == "stringValue" || type == "string_value")
                            text = textOfJson(of);
                    });
                }
            });
            if (isIt && service.empty())
                service = shortened(std::move(text), kMostOfService);
        });
    });
    return service;
}

} // namespace

void OtlpGatherer::setResource(std::string_view json)
{
    m_resource = json.empty() ? "{}" : json;
    m_service = serviceOf(m_resource);
}

void OtlpGatherer::setScope(std::string_view json)
{
    m_scope = json.empty() ? "{}" : json;
}

void OtlpGatherer::add(std::string_view json, std::string_view name, std::int64_t start,
                       std::int64_t end)
{
    const std::size_t size = m_resource.size() + m_scope.size() + json.size() + 48;
    if (size > kMostOfOne || m_bytes + size > kMostBytes) {
        reject(json, false,
               "too large: with its resource and scope it has " + std::to_string(size) + " bytes");
        return;
    }
    m_bytes += size;
    OtlpRecord& record = m_reading.records.emplace_back();
    record.raw.reserve(static_cast<qsizetype>(size));
    const auto append = [&record](std::string_view text) {
        record.raw.append(text.data(), static_cast<qsizetype>(text.size()));
    };
    append("{\"resource\":");
    append(m_resource);
    append(",\"scope\":");
    append(m_scope);
    append(m_signal == OtlpSignal::Traces ? ",\"span\":" : ",\"logRecord\":");
    append(json);
    append("}");
    std::string title = shortened(textOfJson(name), kMostOfName);
    if (title.empty())
        title = m_signal == OtlpSignal::Traces ? "span" : "log";
    record.topic = QByteArray::fromStdString(m_service.empty() ? title : m_service + '/' + title);
    record.start = start;
    record.end = end;
}

void OtlpGatherer::reject(std::string_view bytes, bool isBinary, std::string reason)
{
    if (m_reading.rejected++ == 0)
        m_reading.reason = reason;
    const std::string_view kept = bytes.substr(0, kKept);
    if (m_bytes + kept.size() > kMostBytes)
        return;
    m_bytes += kept.size();
    OtlpRecord& record = m_reading.records.emplace_back();
    record.raw = QByteArray(kept.data(), static_cast<qsizetype>(kept.size()));
    record.topic = QByteArray::fromStdString(m_service);
    record.undecodable = QByteArray::fromStdString(reason);
    record.isBinary = isBinary;
}

void OtlpGatherer::fail(std::string reason)
{
    m_reading.records.clear();
    m_reading.failure = std::move(reason);
}

} // namespace murmur
