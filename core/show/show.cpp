// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "show/show.h"

#include "query/filter.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>
#include <functional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kLargestShow = 1 << 20;
constexpr double kSlowest = 0.01;
constexpr double kFastest = 100;
constexpr double kLargestSeq = 9007199254740992.0; // beyond, JSON numbers have gaps

/// A member of an act: reads it, or says what was expected.
struct Member
{
    QLatin1StringView name;
    QLatin1StringView expected;
    bool (*read)(const QJsonValue& value, Act& act);
};

template<QString Act::*Field>
bool readText(const QJsonValue& value, Act& act)
{
    act.*Field = value.toString();
    return value.isString();
}

template<bool Act::*Field>
bool readFlag(const QJsonValue& value, Act& act)
{
    act.*Field = value.toBool();
    return value.isBool();
}

bool readFilter(const QJsonValue& value, Act& act)
{
    act.filter = value.toString();
    return value.isString();
}

bool readWindow(const QJsonValue& value, Act& act)
{
    const auto length = durationFromText(value.toString());
    act.window = length ? *length : nanoseconds(0);
    return value.isString() && act.window > nanoseconds(0);
}

bool readSelect(const QJsonValue& value, Act& act)
{
    const double number = value.toDouble(-1);
    if (!(number >= 1 && number < kLargestSeq))
        return false;
    act.select = static_cast<Seq>(number);
    return true;
}

bool readSpeed(const QJsonValue& value, Act& act)
{
    act.speed = value.toDouble(-1);
    return act.speed >= kSlowest && act.speed <= kFastest;
}

bool readPlay(const QJsonValue& value, Act& act)
{
    act.plays = value.toBool();
    return value.isBool();
}

constexpr std::array kMembers{
    Member{"say"_L1, "a sentence"_L1, readText<&Act::say>},
    Member{"layout"_L1, "debugging, post-mortem or live-demo"_L1, readText<&Act::layout>},
    Member{"view"_L1, "the name of a view"_L1, readText<&Act::view>},
    Member{"filter"_L1, "a filter"_L1, readFilter},
    Member{"dims"_L1, "true or false"_L1, readFlag<&Act::dims>},
    Member{"at"_L1, "a time"_L1, readText<&Act::at>},
    Member{"window"_L1, "a duration like \"20s\""_L1, readWindow},
    Member{"select"_L1, "the number of a message"_L1, readSelect},
    Member{"agent"_L1, "the name of an agent"_L1, readText<&Act::agent>},
    Member{"speed"_L1, "a number from 0.01 to 100"_L1, readSpeed},
    Member{"play"_L1, "true or false"_L1, readPlay},
    Member{"live"_L1, "true or false"_L1, readFlag<&Act::isLive>},
    Member{"fault"_L1, "the name of a fault of the demo"_L1, readText<&Act::fault>},
};

Result<Act> actFrom(const QJsonValue& value, qsizetype number)
{
    const auto wrong = [number](const QString& what) {
        return Error{ErrorCode::WrongUse, u"Act %1: %2."_s.arg(number).arg(what)};
    };
    if (!value.isObject())
        return wrong(u"it is no object"_s);
    const QJsonObject object = value.toObject();
    Act act;
    for (auto it = object.begin(); it != object.end(); ++it) {
        const auto member = std::ranges::find_if(
            kMembers, [&](const Member& known) { return it.key() == known.name; });
        if (member == kMembers.end()) {
            QStringList names;
            for (const Member& known : kMembers)
                names << known.name;
            return wrong(u"\"%1\" is not known; an act has %2"_s.arg(it.key().left(40),
                                                                     names.join(u", "_s)));
        }
        if (!member->read(it.value(), act))
            return wrong(u"\"%1\" must be %2"_s.arg(member->name, member->expected));
    }
    if (act.filter && !act.filter->contains(u'@')) { // what is kept may come later
        if (const auto filter = parseFilter(*act.filter, {}); !filter)
            return wrong(u"its filter, %1"_s.arg(filter.error().message.chopped(1)));
    }
    if (act.isLive && (!act.at.isEmpty() || act.plays))
        return wrong(u"\"live\" goes neither with \"at\" nor with \"play\""_s);
    return act;
}

} // namespace

Result<Show> showFromJson(const QByteArray& json)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(json, &problem);
    if (problem.error != QJsonParseError::NoError)
        return Error{ErrorCode::WrongUse,
                     u"The show is no JSON: %1 at byte %2."_s.arg(problem.errorString())
                         .arg(problem.offset)};
    const QJsonValue acts = document.object().value("acts"_L1);
    if (!acts.isArray() || acts.toArray().isEmpty())
        return Error{ErrorCode::WrongUse, u"The show has no list \"acts\" with an act in it."_s};
    Show show;
    show.title = document.object().value("show"_L1).toString();
    qsizetype number = 0;
    for (const QJsonValue& value : acts.toArray()) {
        auto act = actFrom(value, ++number);
        if (!act)
            return act.error();
        show.acts.push_back(std::move(*act));
    }
    return show;
}

Result<Show> loadShow(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{ErrorCode::Unreadable,
                     u"The show %1 cannot be read: %2."_s.arg(path, file.errorString())};
    if (file.size() > kLargestShow)
        return Error{ErrorCode::Unreadable, u"%1 is too large for a show."_s.arg(path)};
    auto show = showFromJson(file.readAll());
    if (!show)
        return Error{ErrorCode::WrongUse, u"%1: %2"_s.arg(path, show.error().message)};
    if (show->title.isEmpty())
        show->title = path.section(u'/', -1);
    return show;
}

} // namespace murmur
