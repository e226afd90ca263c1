// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/template.h"

#include <QRandomGenerator>
#include <QStringList>
#include <QUuid>

#include <nlohmann/json.hpp>

#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Json = nlohmann::json;

struct FilledValue
{
    QByteArray text;
    bool isText = true; ///< false: JSON already
};

Error templateError(const QString& sentence)
{
    return {ErrorCode::WrongUse, sentence};
}

Result<FilledValue> payloadValue(const QString& whose, const TemplateMessage& message,
                                 const QString& path)
{
    Json at = Json::parse(message.payload.begin(), message.payload.end(), nullptr, false);
    if (at.is_discarded() && path.isEmpty())
        return FilledValue{message.payload};
    if (at.is_discarded())
        return templateError(
            u"{{%1.payload%2}} has no value: the payload is no JSON."_s.arg(whose, path));
    for (const QString& step : path.split(u'.', Qt::SkipEmptyParts)) {
        const std::string name = step.toStdString();
        bool isIndex = false;
        const auto index = static_cast<std::size_t>(step.toULongLong(&isIndex));
        if (at.is_object() && at.contains(name)) {
            Json next = std::move(at.at(name));
            at = std::move(next);
        } else if (at.is_array() && isIndex && index < at.size()) {
            Json next = std::move(at.at(index));
            at = std::move(next);
        } else {
            return templateError(
                u"{{%1.payload%2}} has no value: there is no “%3” in the payload."_s.arg(
                    whose, path, step));
        }
    }
    if (at.is_string())
        return FilledValue{QByteArray::fromStdString(at.get<std::string>()), true};
    return FilledValue{QByteArray::fromStdString(at.dump()), false};
}

Result<FilledValue> messageValue(const QString& whose, const QString& name,
                                 const TemplateMessage* spoken)
{
    if (!spoken) {
        return templateError((whose == "reply"_L1
                                  ? u"{{%1.%2}} has no value: no answer came before it."_s
                                  : u"{{%1.%2}} has no value: no received message is chosen."_s)
                                 .arg(whose, name));
    }
    const TemplateMessage& message = *spoken;
    const std::pair<QLatin1StringView, const QByteArray*> fields[] = {
        {"topic"_L1, &message.topic},
        {"from"_L1, &message.from},
        {"id"_L1, &message.id},
        {"correlation"_L1, &message.correlation},
        {"reply_to"_L1, &message.replyTo},
    };
    for (const auto& [field, value] : fields) {
        if (name != field)
            continue;
        if (value->isEmpty())
            return templateError(u"{{%1.%2}} has no value: it has none."_s.arg(whose, name));
        return FilledValue{*value};
    }
    if (name == "payload"_L1 || name.startsWith("payload."_L1))
        return payloadValue(whose, message, name.mid(7));
    if (name.startsWith("header."_L1)) {
        const std::string wanted = name.mid(7).toStdString();
        for (const auto& [header, value] : message.headers) {
            if (header == wanted)
                return FilledValue{QByteArray::fromStdString(value)};
        }
        return templateError(
            u"{{%1.%2}} has no value: the message has no such header."_s.arg(whose, name));
    }
    return templateError(u"{{%1.%2}} is not known. There are topic, from, id, correlation, "
                         "reply_to, header.NAME and payload.PATH."_s.arg(whose, name));
}

Result<FilledValue> randomValue(const QStringList& words, const TemplateInput& input)
{
    bool isFirst = false;
    bool isLast = false;
    const qint64 first = words.value(1).toLongLong(&isFirst);
    const qint64 last = words.value(2).toLongLong(&isLast);
    if (words.size() != 3 || !isFirst || !isLast || last < first ||
        last == std::numeric_limits<qint64>::max())
        return templateError(u"{{random}} takes two whole numbers, the smaller one first: "
                             "{{random 1 6}}."_s);
    const qint64 value = input.random ? input.random(first, last)
                                      : QRandomGenerator::global()->bounded(first, last + 1);
    return FilledValue{QByteArray::number(value), false};
}

Result<FilledValue> valueOf(const QString& variable, const TemplateInput& input)
{
    const QStringList words = variable.split(u' ', Qt::SkipEmptyParts);
    const QString name = words.value(0);
    if (name == "uuid"_L1) {
        return FilledValue{input.uuid ? input.uuid()
                                      : QUuid::createUuid().toByteArray(QUuid::WithoutBraces)};
    }
    if (name == "now"_L1)
        return FilledValue{isoTime(input.now).toLatin1()};
    if (name == "now_ms"_L1)
        return FilledValue{QByteArray::number(qint64(toNs(input.now) / 1'000'000)), false};
    if (name == "counter"_L1)
        return FilledValue{QByteArray::number(qint64(input.counter)), false};
    if (name == "random"_L1)
        return randomValue(words, input);
    if (name.startsWith("message."_L1))
        return messageValue(u"message"_s, name.mid(8), input.message);
    if (name.startsWith("reply."_L1) && input.keepsReply)
        return FilledValue{"{{" + variable.toUtf8() + "}}", false};
    if (name.startsWith("reply."_L1))
        return messageValue(u"reply"_s, name.mid(6), input.reply);
    return templateError(u"{{%1}} is not known. There are uuid, now, now_ms, counter, random A B, "
                         "message.… and reply.…; write \\{{ for two braces."_s.arg(variable));
}

} // namespace

Result<QByteArray> filled(const QByteArray& text, const TemplateInput& input, bool isJson)
{
    QByteArray out;
    qsizetype at = 0;
    while (true) {
        const qsizetype open = text.indexOf("{{", at);
        if (open < 0)
            break;
        if (open > at && text[open - 1] == '\\') {
            out += text.mid(at, open - 1 - at) + "{{";
            at = open + 2;
            continue;
        }
        const qsizetype close = text.indexOf("}}", open);
        const QString variable =
            close < 0 ? QString()
                      : QString::fromUtf8(text.mid(open + 2, close - open - 2)).trimmed();
        // Nested objects of JSON begin with braces too; no variable begins so.
        if (close < 0 || variable.isEmpty() || !variable[0].isLetter()) {
            out += text.mid(at, open + 1 - at);
            at = open + 1;
            continue;
        }
        auto value = valueOf(variable, input);
        if (!value)
            return value.error();
        out += text.mid(at, open - at);
        if (isJson && value->isText) {
            const std::string quoted = Json(value->text.toStdString())
                                           .dump(-1, ' ', false, Json::error_handler_t::replace);
            out.append(quoted.data() + 1, static_cast<qsizetype>(quoted.size()) - 2);
        } else {
            out += value->text;
        }
        at = close + 2;
    }
    return out + text.mid(at);
}

bool hasVariables(const QByteArray& text)
{
    qsizetype at = 0;
    while ((at = text.indexOf("{{", at)) >= 0) {
        qsizetype name = at + 2;
        while (name < text.size() && text[name] == ' ')
            ++name;
        if (name < text.size() && QChar::fromLatin1(text[name]).isLetter() &&
            text.indexOf("}}", name) > 0)
            return true;
        ++at;
    }
    return false;
}

} // namespace murmur
