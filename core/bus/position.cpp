// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/position.h"

#include "base/time.h"

using namespace Qt::StringLiterals;

namespace murmur {

Result<Position> positionFromText(QStringView text, std::int64_t now)
{
    const QString given = text.trimmed().toString();
    Position position;
    if (given == "now"_L1 || given == "new"_L1)
        return position;
    if (given == "start"_L1 || given == "beginning"_L1) {
        position.what = Position::What::Beginning;
        return position;
    }
    if (given == "never"_L1) {
        position.what = Position::What::Never;
        return position;
    }
    if (given.size() > 1 && given.startsWith(u'@')) {
        position.what = Position::What::Place;
        position.place = given.mid(1).toUtf8();
        return position;
    }
    position.what = Position::What::Time;
    if (given.startsWith(u'-')) {
        if (const auto ago = durationFromText(QStringView(given).mid(1))) {
            position.time = now - ago->count();
            return position;
        }
    } else if (const std::string utf8 = given.toStdString(); !utf8.empty()) {
        position.time = timeFromWire(std::string_view(utf8));
        if (position.time != kNoTime)
            return position;
    }
    return Error{
        ErrorCode::WrongUse,
        u"“%1” is no place in the past of a bus: write now, start, -10m, "
        "2026-05-21T10:17:00Z, or @ and the place as the bus writes it (@1234)"_s.arg(given)};
}

} // namespace murmur
