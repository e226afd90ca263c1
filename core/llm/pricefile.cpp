// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "llm/prices.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QStandardPaths>

#include <cmath>

using namespace Qt::StringLiterals;

// A person's own prices:
//     {"prices": [{"model": "gpt-4o*", "in": 2.5, "out": 10, "cached": 1.25}]}

namespace murmur {

namespace {

constexpr qint64 kLargestPriceFile = 4 << 20;

Result<std::optional<double>> figureOf(const QJsonObject& row, const QString& key)
{
    const QJsonValue value = row.value(key);
    if (value.isUndefined() || value.isNull())
        return std::optional<double>();
    const double number = value.toDouble(-1);
    if (!value.isDouble() || !std::isfinite(number) || number < 0)
        return Error{ErrorCode::Unreadable, u"\"%1\" is no price in dollars"_s.arg(key)};
    return std::optional(number);
}

Result<Price> priceFrom(const QJsonValue& value)
{
    const QJsonObject row = value.toObject();
    Price price;
    price.model = row.value("model"_L1).toString().toStdString();
    if (price.model.empty())
        return Error{ErrorCode::Unreadable, u"a row names no \"model\""_s};
    for (const auto& [key, place] :
         {std::pair(u"in"_s, &Price::in), std::pair(u"out"_s, &Price::out),
          std::pair(u"cached"_s, &Price::cached)}) {
        const auto figure = figureOf(row, key);
        if (!figure)
            return figure.error();
        price.*place = *figure;
    }
    return price;
}

} // namespace

QString PriceTable::usualPath()
{
    const QByteArray named = qgetenv("MURMURSCOPE_PRICES");
    if (!named.isEmpty())
        return QFile::decodeName(named);
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           u"/murmurscope/prices.json"_s;
}

Result<PriceTable> PriceTable::load(const QString& path)
{
    PriceTable table = shipped();
    QFile file(path);
    if (!file.exists())
        return table;
    const auto wrong = [&path](const QString& what) {
        return Error{ErrorCode::Unreadable,
                     u"The prices in %1 cannot be read: %2."_s.arg(path, what)};
    };
    if (!file.open(QIODevice::ReadOnly))
        return wrong(file.errorString());
    if (file.size() > kLargestPriceFile)
        return wrong(u"the file is too large"_s);
    QJsonParseError failure;
    const QJsonDocument json = QJsonDocument::fromJson(file.readAll(), &failure);
    if (json.isNull())
        return wrong(failure.errorString());
    for (const QJsonValue value : json.object().value("prices"_L1).toArray()) {
        auto price = priceFrom(value);
        if (!price)
            return wrong(price.error().message);
        table.m_own.push_back(std::move(*price));
    }
    return table;
}

PriceTable PriceTable::loadOrShipped()
{
    auto table = load();
    return table ? std::move(*table) : shipped();
}

Status PriceTable::save(const QString& path) const
{
    QJsonArray rows;
    for (const Price& price : m_own) {
        QJsonObject row{{u"model"_s, QString::fromStdString(price.model)}};
        if (price.in)
            row.insert(u"in"_s, *price.in);
        if (price.out)
            row.insert(u"out"_s, *price.out);
        if (price.cached)
            row.insert(u"cached"_s, *price.cached);
        rows.append(row);
    }
    QDir().mkpath(QFileInfo(path).absolutePath());
    QSaveFile file(path);
    const QByteArray text = QJsonDocument(QJsonObject{{u"prices"_s, rows}}).toJson();
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return Error{ErrorCode::Unwritable,
                     u"The prices cannot be written to %1: %2."_s.arg(path, file.errorString())};
    return Done{};
}

} // namespace murmur
