// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "llm/prices.h"

#include "command.h"
#include "output.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <memory>
#include <optional>
#include <string>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

struct PriceOptions
{
    std::string model;
    double in = -1;
    double out = -1;
    double cached = -1;
    bool json = false;
};

QString shown(const std::optional<double>& dollars)
{
    return dollars ? QString::number(*dollars, 'g', 6) : QString();
}

std::string jsonOf(const std::optional<double>& dollars)
{
    return dollars ? QByteArray::number(*dollars, 'g', 12).toStdString() : "null";
}

int listPrices(const PriceOptions& options)
{
    const auto prices = PriceTable::load();
    if (!prices)
        return failed(prices.error());
    std::string text;
    const auto each = [&](auto&& add) {
        for (const Price& price : prices->own())
            add(price, true);
        for (const Price& price : prices->given())
            add(price, false);
    };
    if (options.json) {
        each([&](const Price& price, bool isOwn) {
            JsonWriter json(text);
            json.beginObject();
            json.key("model");
            json.text(std::string_view(price.model));
            json.key("in");
            json.raw(jsonOf(price.in));
            json.key("out");
            json.raw(jsonOf(price.out));
            json.key("cached");
            json.raw(jsonOf(price.cached));
            json.key("from");
            json.text(isOwn ? std::string_view("you") : std::string_view("shipped"));
            json.key("as_of");
            if (isOwn)
                json.null();
            else
                json.text(PriceTable::shippedDate());
            json.endObject();
            text += '\n';
        });
    } else {
        Table table(
            {{u"model"_s}, {u"in"_s, true}, {u"out"_s, true}, {u"cached"_s, true}, {u"from"_s}});
        each([&](const Price& price, bool isOwn) {
            table.add({printable(QString::fromStdString(price.model)), shown(price.in),
                       shown(price.out), shown(price.cached), isOwn ? u"you"_s : u"shipped"_s});
        });
        text = table.takeText();
        text +=
            u"\nUS dollars for a million tokens. The shipped ones are of %1 and change: check "
            "them. Yours are in %2.\n"_s
                .arg(QString::fromUtf8(PriceTable::shippedDate().data(),
                                       static_cast<qsizetype>(PriceTable::shippedDate().size())),
                     PriceTable::usualPath())
                .toStdString();
    }
    StandardOutput output;
    output.write(text);
    return output.finish();
}

std::optional<double> given(double dollars)
{
    return dollars < 0 ? std::nullopt : std::optional(dollars);
}

std::string notDollars(const std::string& text)
{
    bool isNumber = false;
    const double dollars = QString::fromStdString(text).toDouble(&isNumber);
    if (isNumber && std::isfinite(dollars) && dollars >= 0)
        return {};
    return text + " is no price; write dollars for a million tokens, for example 2.5";
}

int setPrice(const PriceOptions& options)
{
    // A row without a name would make the file one that cannot be read.
    if (options.model.empty())
        return wrongUse(u"The model is missing: write its name, for example 'gpt-4o*'."_s);
    auto prices = PriceTable::load();
    if (!prices)
        return failed(prices.error());
    if (options.in < 0 && options.out < 0)
        return wrongUse(
            u"The price is missing: write --in, --out or both, in dollars for a million tokens."_s);
    prices->set({options.model, given(options.in), given(options.out), given(options.cached)});
    if (const auto saved = prices->save(); !saved)
        return failed(saved.error());
    return kDone;
}

int removePrice(const PriceOptions& options)
{
    auto prices = PriceTable::load();
    if (!prices)
        return failed(prices.error());
    if (!prices->remove(options.model))
        return failed({ErrorCode::NotFound,
                       u"There is no price of yours for “%1”; \"murmur prices\" lists them."_s.arg(
                           QString::fromStdString(options.model))});
    if (const auto saved = prices->save(); !saved)
        return failed(saved.error());
    return kDone;
}

} // namespace

void addPrices(CLI::App& app, Action& action)
{
    auto options = std::make_shared<PriceOptions>();
    app.require_subcommand(0, 1);
    app.add_flag("--json", options->json, "One object a line");

    CLI::App* setting = app.add_subcommand("set", "Set a price; it comes before the shipped ones");
    setting->add_option("MODEL", options->model, "Name of the model; * and ? stand for any letters")
        ->required();
    setting->add_option("--in", options->in, "Dollars for a million tokens that go in")
        ->check(notDollars);
    setting->add_option("--out", options->out, "Dollars for a million tokens that come out")
        ->check(notDollars);
    setting->add_option("--cached", options->cached, "Dollars for a million that were cached")
        ->check(notDollars);

    CLI::App* removing = app.add_subcommand("remove", "Forget a price that you set");
    removing->add_option("MODEL", options->model, "As it was set")->required();
    app.callback([&action, options, setting, removing] {
        action = [options, isSetting = setting->parsed(), isRemoving = removing->parsed()] {
            return isSetting    ? setPrice(*options)
                   : isRemoving ? removePrice(*options)
                                : listPrices(*options);
        };
    });
    app.footer("\nExample: murmur prices set 'gpt-4o*' --in 2.5 --out 10 --cached 1.25\n"
               "More: murmur help transcripts");
}

} // namespace murmur::cli
