// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "helptext.h"
#include "output.h"

#include "query/fields.h"

#include <CLI/CLI.hpp>

#include <QDir>
#include <QFile>
#include <QStringList>

#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur::cli {

namespace {

bool isTerminal()
{
    return ::isatty(STDOUT_FILENO) != 0 && qEnvironmentVariableIsEmpty("NO_COLOR");
}

QStringList topics()
{
    QStringList names;
    for (const QString& file : QDir(u":/help"_s).entryList({u"*.md"_s}, QDir::Files, QDir::Name))
        names << file.chopped(3);
    return names;
}

std::string textOf(QFile& page)
{
    return helpText(QString::fromUtf8(page.readAll()), isTerminal()).toStdString();
}

int run(const CLI::App& root, const std::string& topic)
{
    StandardOutput output;
    const QStringList known = topics();
    if (topic.empty()) {
        output.write(root.help());
        output.write("\nTopics for \"murmur help\": " + known.join(u", "_s).toStdString() + "\n");
        return output.finish();
    }
    const QString name = QString::fromStdString(topic);
    QFile page(u":/help/%1.md"_s.arg(name));
    const bool hasPage = known.contains(name) && page.open(QIODevice::ReadOnly);
    for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_name() == topic) {
            output.write(command->help("murmur"));
            // sql and demo are also pages.
            if (hasPage)
                output.write("\n" + textOf(page));
            return output.finish();
        }
    }
    if (!hasPage) {
        std::vector<std::string> owned;
        for (const QString& other : known)
            owned.push_back(other.toStdString());
        for (const Command& command : commands())
            owned.emplace_back(command.name);
        const std::vector<std::string_view> candidates(owned.begin(), owned.end());
        const QString near = nearest(name, candidates);
        return wrongUse(
            u"There is no help for \"%1\"%2. Topics are %3; commands explain themselves too."_s.arg(
                name, near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near),
                known.join(u", "_s)));
    }
    output.write(textOf(page));
    return output.finish();
}

} // namespace

void addHelp(CLI::App& app, Action& action)
{
    auto topic = std::make_shared<std::string>();
    app.add_option("TOPIC", *topic, "A command or a topic; none lists them");
    app.callback([&action, &app, topic] {
        action = [root = app.get_parent(), topic] { return run(*root, *topic); };
    });
}

} // namespace murmur::cli
