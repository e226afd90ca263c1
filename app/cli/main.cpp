// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "toldunreadable.h"

#include "query/fields.h"
#include "recording/damagelog.h"

#include <CLI/CLI.hpp>

#include <QCoreApplication>
#include <QStringList>
#include <QVariant>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

constexpr const char* kFooter =
    "\nExit codes: 0 done, 1 failed or cancelled, 2 wrong use, 3 input unreadable,\n"
    "            4 bus unreachable, 5 recorded with gaps (only with record --strict).\n"
    "\"murmur COMMAND --help\" explains a command, \"murmur help filter\" the filter language.";

int unknownCommand(const QString& name)
{
    std::vector<std::string_view> names;
    QStringList all;
    for (const murmur::cli::Command& command : murmur::cli::commands()) {
        names.emplace_back(command.name);
        all << QString::fromLatin1(command.name);
    }
    const QString near = murmur::nearest(name, names);
    return murmur::cli::wrongUse(
        near.isEmpty() ? u"There is no command \"%1\"; there are %2."_s.arg(name, all.join(u", "_s))
                       : u"There is no command \"%1\"; did you mean \"%2\"?"_s.arg(name, near));
}

/// Whatever a command could not read because it is damaged must not look like a complete answer.
/// `verify` names it; others that have told of it end with that exit code.
int withDamageTold(int code, std::string_view command, const murmur::DamageLog& damage)
{
    using murmur::cli::kHasToldUnreadable;
    const int unreadable = murmur::exitCodeOf(murmur::ErrorCode::Unreadable);
    const bool hasTold =
        code == unreadable && QCoreApplication::instance()->property(kHasToldUnreadable).toBool();
    if (!damage.hasDamage() || hasTold || command == "verify")
        return code;
    murmur::cli::report(
        u"A part of what was read is damaged: the result may lack messages, or what they say. "
        u"\"murmur verify\" names it, \"murmur repair\" saves what is whole."_s);
    return code == murmur::cli::kDone ? unreadable : code;
}

} // namespace

int main(int argc, char** argv)
{
    using namespace murmur::cli;
    // A closed pipe is seen where we write; it must not kill a recording.
    std::signal(SIGPIPE, SIG_IGN);
    // Neither must a limit of file sizes: the write fails, and is told like that of a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    const murmur::DamageLog damage;
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"murmur"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(MURMUR_VERSION));

    for (int i = 1; i < argc; ++i) {
        // Bytes that are no name of a file may be a payload.
        const QByteArrayView argument(argv[i]);
        if (!argument.isValidUtf8() &&
            (argument.endsWith(".murmur") || ::access(argv[i], F_OK) == 0))
            return wrongUse(
                u"The name \"%1\" is not UTF-8; rename the file, or choose another name."_s.arg(
                    QString::fromUtf8(argument)));
    }

    CLI::App app("Murmurscope on the command line: records what a swarm of agents says and answers "
                 "questions about it.",
                 "murmur");
    app.set_version_flag("--version", std::string("murmur ") + MURMUR_VERSION);
    app.require_subcommand(1);
    app.footer(kFooter);
    Action action;
    for (const Command& command : commands())
        command.add(*app.add_subcommand(command.name, command.summary), action);
    const auto isFirst = [&](const Command& command) {
        return argv[1] == std::string(command.name);
    };
    if (argc > 1 && argv[1][0] != '-' && std::ranges::none_of(commands(), isFirst))
        return unknownCommand(QString::fromLocal8Bit(argv[1]));
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return app.exit(success); // --help, --version
    } catch (const CLI::ParseError& error) {
        if (argc < 2) {
            std::cerr << app.help();
            return murmur::exitCodeOf(murmur::ErrorCode::WrongUse);
        }
        QString sentence = QString::fromUtf8(error.what());
        if (!sentence.endsWith(u'.'))
            sentence += u'.';
        const auto used = app.get_subcommands();
        const QString help =
            used.empty() ? QString() : QString::fromStdString(used.front()->get_name()) + u' ';
        return wrongUse(sentence + u" Run \"murmur %1--help\" for what is possible."_s.arg(help));
    }
    return withDamageTold(action(), argv[1], damage);
}
