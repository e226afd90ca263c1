// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever a broker sends: packets are found and messages read without a crash, and the same ones
// whether the bytes come at once or in pieces. Filters that overlap become ones that do not, and
// match no less.

#include "bus/mqtt/mqttfilters.h"
#include "bus/mqtt/mqttmessage.h"
#include "bus/mqtt/mqttpacket.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

QByteArray read(QByteArrayView bytes, qsizetype step, bool isVersion5)
{
    using murmur::MqttReader;
    MqttReader reader;
    QByteArray out;
    while (!bytes.isEmpty()) {
        const QByteArrayView piece = bytes.first(std::min(step, bytes.size()));
        bytes = bytes.sliced(piece.size());
        reader.append(piece.toByteArray());
        MqttReader::Packet packet;
        for (bool goesOn = true; goesOn;) {
            switch (reader.next(packet)) {
            case MqttReader::Found::Packet: {
                murmur::MqttMessage message;
                const QByteArray wrong = readMessage(packet, isVersion5, message);
                out += QByteArray::number(packet.first) + wrong;
                if (wrong.isEmpty()) {
                    require(message.payload.size() <= packet.body.size());
                    const murmur::HeardMessage heard = heardFrom(message, isVersion5);
                    out += heard.topic + heard.raw + heard.headers;
                }
                break;
            }
            case MqttReader::Found::Skipped:
                out += 's';
                break;
            case MqttReader::Found::More:
                goesOn = false;
                break;
            case MqttReader::Found::Broken:
                return out + 'b';
            }
        }
    }
    return out;
}

void filters(QByteArrayView bytes)
{
    QByteArrayList wanted;
    QByteArrayList topics;
    for (const QByteArray& line :
         bytes.first(std::min<qsizetype>(bytes.size(), 200)).toByteArray().split('\n')) {
        if (murmur::isFilter(line))
            wanted << line;
        if (!line.isEmpty() && !line.contains('+') && !line.contains('#'))
            topics << line;
    }
    const QByteArrayList apart = murmur::withoutOverlap(wanted);
    for (qsizetype i = 0; i < apart.size(); ++i) {
        require(murmur::isFilter(apart[i]));
        for (qsizetype j = 0; j < i; ++j)
            require(!murmur::filtersOverlap(apart[i], apart[j]));
    }
    for (const QByteArray& topic : topics) {
        const auto matching = [&](const QByteArrayList& list) {
            return std::ranges::count_if(list, [&](const QByteArray& filter) {
                return murmur::filterMatches(filter, topic);
            });
        };
        require(matching(apart) <= 1);
        require(matching(apart) == 1 || matching(wanted) == 0);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const QByteArrayView bytes(data + 1, qsizetype(size) - 1);
    const bool isVersion5 = (data[0] & 0x80) != 0;
    const QByteArray whole = read(bytes, std::max<qsizetype>(1, bytes.size()), isVersion5);
    require(whole == read(bytes, 1 + data[0] % 64, isVersion5));
    filters(bytes);
    return 0;
}
