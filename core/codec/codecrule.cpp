// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/codecrule.h"

#include "codec/codec.h"
#include "codec/codecchoice.h"

#include <QFile>
#include <QFileInfo>

#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kMaxSchemaFile = 8 << 20;

constexpr std::array kSchemaEndings = std::to_array<std::pair<const char*, const char*>>({
    {".avsc", "avro"},
    {".proto", "protobuf"},
    {".pb", "protobuf"},
    {".desc", "protobuf"},
    {".protoset", "protobuf"},
    {".fds", "protobuf"},
    {".binpb", "protobuf"},
    {".msg", "cdr"},
});

} // namespace

QString codecNames()
{
    QStringList names;
    for (const CodecEntry& codec : codecs())
        names << QString::fromLatin1(codec.id);
    return names.join(u", "_s);
}

Result<Schema> schemaFromFile(const QString& file, const QString& codec)
{
    const qsizetype hash = file.lastIndexOf(u'#');
    const QString path = hash < 0 ? file : file.left(hash);
    Schema schema;
    schema.codec = codec.toStdString();
    schema.name = hash < 0 ? std::string() : file.mid(hash + 1).toStdString();
    for (const auto& [ending, of] : kSchemaEndings) {
        if (codec.isEmpty() && path.endsWith(QLatin1StringView(ending)))
            schema.codec = of;
    }
    if (schema.codec.empty())
        return Error{
            ErrorCode::WrongUse,
            u"%1 does not tell by its ending which codec it is for; name it with --codec."_s.arg(
                path)};
    const CodecEntry* entry = findCodec(schema.codec);
    if (entry == nullptr || entry->compile == nullptr)
        return Error{
            ErrorCode::WrongUse,
            u"The codec \"%1\" reads with no schema; avro, protobuf, cdr and ros1 do."_s.arg(
                QString::fromStdString(schema.codec))};
    QFile in(path);
    if (!in.open(QIODevice::ReadOnly))
        return Error{ErrorCode::Unreadable, u"Cannot read %1: %2."_s.arg(path, in.errorString())};
    if (in.size() > kMaxSchemaFile)
        return Error{ErrorCode::Unreadable, u"%1 is larger than any schema (8 MiB)."_s.arg(path)};
    schema.data = in.readAll().toStdString();
    if (schema.name.empty() && path.endsWith(u".msg"))
        schema.name = QFileInfo(path).completeBaseName().toStdString();
    KnownSchema known(schema);
    if (!known.reader())
        return Error{ErrorCode::Unreadable, u"The schema in %1 cannot be used: %2."_s.arg(
                                                path, QString::fromStdString(known.problem()))};
    return schema;
}

QStringList messagesOf(const Schema& schema)
{
    KnownSchema known(schema);
    const auto reader = known.reader();
    QStringList names;
    if (!reader)
        return names;
    for (const std::string& name : reader->messages())
        names << QString::fromStdString(name);
    return names;
}

Result<Schema> recordedCodec(const QString& text)
{
    auto rule = codecRuleFromText(text);
    if (!rule)
        return rule.error();
    Schema schema = std::move(rule->schema);
    schema.topic = rule->topic;
    schema.codec = rule->codec;
    return schema;
}

Result<CodecRule> codecRuleFromText(const QString& text)
{
    const qsizetype equals = text.indexOf(u'=');
    const QString topic = text.left(equals).trimmed();
    const QString what = text.mid(equals + 1).trimmed();
    const QString name = what.section(u':', 0, 0);
    if (equals < 0 || topic.isEmpty() || findCodec(name.toStdString()) == nullptr)
        return Error{
            ErrorCode::WrongUse,
            u"Cannot read the codec \"%1\": write TOPIC=CODEC or TOPIC=CODEC:FILE, for example 'fleet/*=msgpack' or 'orders=avro:order.avsc'. Codecs: %2."_s
                .arg(text, codecNames())};
    CodecRule rule;
    rule.topic = topic.toStdString();
    rule.codec = name.toStdString();
    if (!what.contains(u':'))
        return rule;
    auto schema = schemaFromFile(what.section(u':', 1), name);
    if (!schema)
        return schema.error();
    rule.schema = std::move(*schema);
    rule.schema.topic = rule.topic;
    return rule;
}

} // namespace murmur
