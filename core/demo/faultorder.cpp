// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/faultorder.h"

#include "base/time.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QUuid>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::int64_t kLongest = 3'600'000'000'000; // ns

QString topicText(std::string_view topic)
{
    return QString::fromUtf8(topic.data(), static_cast<qsizetype>(topic.size()));
}

QByteArray compact(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

QByteArray faultOrder(std::string_view id)
{
    const QString fault = topicText(id);
    return compact({{u"topic"_s, topicText(kFaultTopic)},
                    {u"from"_s, u"studio"_s},
                    {u"kind"_s, u"marker"_s},
                    {u"type"_s, u"break"_s},
                    {u"id"_s, QUuid::createUuid().toString(QUuid::WithoutBraces)},
                    {u"payload"_s, QJsonObject{{u"fault"_s, fault}}}});
}

bool isFaultOrder(const QByteArray& json)
{
    return QJsonDocument::fromJson(json).object().value(u"topic"_s).toString() ==
           topicText(kFaultTopic);
}

Result<FaultPlan> faultPlanFromOrder(const QByteArray& json, std::int64_t now)
{
    const QJsonObject payload =
        QJsonDocument::fromJson(json).object().value(u"payload"_s).toObject();
    const QString fault = payload.value(u"fault"_s).toString();
    if (fault.isEmpty())
        return Error{
            ErrorCode::WrongUse,
            u"A message of \"%1\" names a fault: {\"fault\":\"slow-agent\",\"for\":\"20s\"}."_s.arg(
                topicText(kFaultTopic))};
    auto plan = faultPlanFromText(fault.section(u'@', 0, 0));
    if (!plan)
        return plan;
    std::int64_t length = plan->end - plan->start;
    if (const QJsonValue lasts = payload.value(u"for"_s); !lasts.isUndefined()) {
        const auto wanted = durationFromText(lasts.toString());
        if (!wanted || wanted->count() <= 0 || wanted->count() > kLongest)
            return Error{
                ErrorCode::WrongUse,
                u"\"for\" says how long the fault lasts, as \"20s\", for at most an hour."_s};
        length = wanted->count();
    }
    plan->start = now;
    plan->end = now + length;
    return plan;
}

QByteArray faultAnswer(const QByteArray& order, const Result<FaultPlan>& plan)
{
    const QString asked = QJsonDocument::fromJson(order).object().value(u"id"_s).toString();
    QJsonObject answer{{u"topic"_s, topicText(kFaultAnswerTopic)},
                       {u"from"_s, u"demo"_s},
                       {u"kind"_s, plan ? u"marker"_s : u"error"_s},
                       {u"type"_s, plan ? u"broken"_s : u"refused"_s}};
    if (!asked.isEmpty())
        answer.insert(u"correlation"_s, asked);
    QJsonObject payload;
    if (plan) {
        payload.insert(u"fault"_s, QString::fromStdString(plan->id));
        payload.insert(u"what"_s, QString::fromUtf8(findFault(plan->id)->description));
        payload.insert(u"for_s"_s, static_cast<double>(plan->end - plan->start) / 1e9);
    } else {
        payload.insert(u"error"_s, plan.error().message);
    }
    answer.insert(u"payload"_s, payload);
    return compact(answer);
}

} // namespace murmur
