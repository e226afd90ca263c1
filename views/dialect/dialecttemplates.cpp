// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/dialect/dialecttemplates.h"

#include <QCoreApplication>

namespace murmur {

namespace {

struct TemplateTr
{
    Q_DECLARE_TR_FUNCTIONS(DialectTemplates)
};

using Place = FieldSource::From;

FieldSource place(Place from, std::string what, std::string take = {})
{
    FieldSource source;
    source.from = from;
    source.what = std::move(what);
    source.take = std::move(take);
    return source;
}

UserDialect named(std::string name, std::string description)
{
    UserDialect dialect;
    dialect.name = std::move(name);
    dialect.description = std::move(description);
    return dialect;
}

} // namespace

std::vector<DialectTemplate> dialectTemplates()
{
    std::vector<DialectTemplate> all;
    UserDialect json = named("members", "who and what stand in members of the JSON");
    json[DialectField::Sender] = {place(Place::Path, "payload.agent")};
    json[DialectField::Receivers] = {place(Place::Path, "payload.target")};
    json[DialectField::Kind] = {place(Place::Path, "payload.action")};
    json[DialectField::Kind][0].map = {{"ask", "request"}, {"tell", "reply"}};
    json[DialectField::Correlation] = {place(Place::Path, "payload.job")};
    all.push_back({TemplateTr::tr("Members of JSON"), json});

    UserDialect topic = named("topics", "the topic says who and what");
    topic.topics = {"robots/*"};
    topic[DialectField::Sender] = {place(Place::Topic, "robots/{agent}/{kind}", "agent")};
    topic[DialectField::Kind] = {place(Place::Topic, "robots/{agent}/{kind}", "kind")};
    topic[DialectField::Kind][0].map = {{"pose", "state"}, {"do", "command"}};
    all.push_back({TemplateTr::tr("Parts of the topic"), topic});

    UserDialect header = named("headers", "headers of the bus say who and for which job");
    header[DialectField::Sender] = {place(Place::Header, "x-agent")};
    header[DialectField::Correlation] = {place(Place::Header, "x-job")};
    all.push_back({TemplateTr::tr("Headers"), header});

    UserDialect text = named("lines", "lines of text");
    text.base = "none";
    text[DialectField::Sender] = {place(Place::Raw, {})};
    text[DialectField::Sender][0].match = R"(^\[([\w-]+)\])";
    text[DialectField::Kind] = {place(Place::Raw, {})};
    text[DialectField::Kind][0].match = R"(\b(error|request|done)\b)";
    text[DialectField::Kind][0].map = {{"done", "reply"}};
    all.push_back({TemplateTr::tr("Lines of text, by expressions"), text});

    UserDialect one = named("one-agent", "all that comes by a connection is of one agent");
    one[DialectField::Sender] = {place(Place::Connection, {})};
    all.push_back({TemplateTr::tr("One agent for each connection"), one});

    UserDialect peer = named("sockets", "each socket or login is an agent");
    peer[DialectField::Sender] = {place(Place::Peer, {})};
    all.push_back({TemplateTr::tr("One agent for each socket or login"), peer});
    return all;
}

} // namespace murmur
