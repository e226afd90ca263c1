// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/payloadreading.h"

#include "base/time.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImageReader>
#include <QStringDecoder>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kReadAtOnce = 1024 * 1024;
constexpr qsizetype kShownText = 1024 * 1024;

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(PayloadReading)
};

QString shown(const std::string& text)
{
    return QString::fromStdString(text);
}

/// "it was chosen by hand" as a sentence.
QString sentence(QString text)
{
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text.isEmpty() || text.endsWith(u'.') ? text : text + u'.';
}

void readText(const QByteArray& bytes, const JsonIndex* json, PayloadReading& reading)
{
    if (json != nullptr)
        return;
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    reading.isCut = bytes.size() > kShownText;
    reading.text = decode(bytes.left(kShownText));
    if (reading.isCut)
        reading.note =
            Tr::tr("The first %1 of %2.").arg(bytesText(kShownText), bytesText(bytes.size()));
    // Only what sets out to be JSON is worth a complaint.
    else if (const QByteArray trimmed = bytes.trimmed();
             trimmed.startsWith('{') || trimmed.startsWith('['))
        reading.note = Tr::tr("Not JSON: %1. Shown as text.").arg(reading.jsonProblem);
}

void readJson(const QByteArray& bytes, PayloadReading& reading, const std::stop_token& stop)
{
    auto json = JsonIndex::parse(bytes, stop);
    if (json)
        reading.json = std::make_shared<const JsonIndex>(std::move(*json));
    else
        reading.jsonProblem = json.error().message;
    if (reading.json && reading.json->nodes().size() == 1 &&
        reading.json->nodes()[0].children == 0 &&
        (reading.json->nodes()[0].type == JsonNode::Type::Object ||
         reading.json->nodes()[0].type == JsonNode::Type::Array))
        reading.note = Tr::tr("An empty object.");
}

void readPicture(PayloadReading& reading)
{
    QByteArray bytes = QByteArray::fromStdString(reading.decoded.value);
    QBuffer buffer(&bytes);
    QImageReader reader(&buffer);
    reader.setAutoTransform(true);
    reading.picture = reader.read();
    const QString facts = shown(reading.decoded.note);
    reading.note = reading.picture.isNull()
                       ? Tr::tr("%1. It cannot be shown: %2. Its bytes: see Hex.")
                             .arg(facts, reader.errorString())
                       : sentence(facts);
}

/// How it was read, where that is not plain.
QString howRead(const PayloadRequest& request, const Decoded& decoded)
{
    const QString failure = shown(decoded.failure);
    if (decoded.is == Decoded::Is::Nothing) {
        const QString size = bytesText(request.bytes.size());
        return failure.isEmpty()
                   ? Tr::tr("%1 of binary data: see Hex.").arg(size)
                   : Tr::tr("▲ Cannot be decoded: %1. Its %2: see Hex.").arg(failure, size);
    }
    if (!failure.isEmpty())
        return Tr::tr("▲ Read as %1: %2.").arg(shown(decoded.codec), failure);
    if (decoded.isSame)
        return {};
    const QString note = decoded.note.empty() || decoded.is == Decoded::Is::Image
                             ? QString()
                             : u" ("_s + shown(decoded.note) + u')';
    return Tr::tr("Read as %1%2: %3.").arg(shown(decoded.codec), note, shown(decoded.reason));
}

} // namespace

bool isReadAtOnce(const PayloadRequest& request)
{
    if (request.bytes.size() >= kReadAtOnce)
        return false;
    return !request.names ||
           request.names->codecs().isPlain(
               {{request.bytes.constData(), static_cast<std::size_t>(request.bytes.size())},
                request.topic,
                {}});
}

Result<PayloadReading> readPayload(const PayloadRequest& request, const std::stop_token& stop)
{
    PayloadReading reading;
    if (request.bytes.isEmpty()) {
        reading.note = Tr::tr("This message has no payload.");
        return reading;
    }
    if (request.names)
        reading.decoded = request.names->codecs().decode(
            {{request.bytes.constData(), static_cast<std::size_t>(request.bytes.size())},
             request.topic,
             request.headers},
            stop);
    else
        reading.decoded.is = Decoded::Is::Text;
    if (stop.stop_requested())
        return Error{ErrorCode::Cancelled, {}};
    const Decoded& decoded = reading.decoded;
    const QByteArray value =
        !request.names || decoded.isSame ? request.bytes : QByteArray::fromStdString(decoded.value);
    switch (decoded.is) {
    case Decoded::Is::Json:
    case Decoded::Is::Text:
        readJson(value, reading, stop);
        readText(value, reading.json.get(), reading);
        break;
    case Decoded::Is::Image:
        readPicture(reading);
        break;
    case Decoded::Is::Nothing:
        break;
    }
    if (stop.stop_requested())
        return Error{ErrorCode::Cancelled, {}};
    const QString how = request.names ? howRead(request, decoded) : QString();
    if (!how.isEmpty())
        reading.note = reading.note.isEmpty() ? how : reading.note + u' ' + how;
    return reading;
}

} // namespace murmur
