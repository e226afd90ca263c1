// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/writepermission.h"

#include "bus/connection.h"
#include "bus/endpoint.h"
#include "bus/profile.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Endpoints = QStringList (*)(const QUrl&);

bool isNamed(const QStringList& endpoints, const std::vector<QUrl>& urls, Endpoints of)
{
    return std::ranges::any_of(urls, [&endpoints, of](const QUrl& url) {
        return std::ranges::any_of(of(url), [&endpoints](const QString& endpoint) {
            return endpoints.contains(endpoint);
        });
    });
}

std::vector<Profile> namingOf(const std::vector<QUrl>& urls, const std::vector<Profile>& profiles,
                              Endpoints of)
{
    QStringList endpoints;
    for (const QUrl& url : urls)
        endpoints << of(url);
    std::vector<Profile> named;
    for (const Profile& profile : profiles) {
        const auto own = profile.urls();
        if (own && isNamed(endpoints, *own, of))
            named.push_back(profile);
    }
    return named;
}

} // namespace

std::vector<Profile> profilesNaming(const std::vector<QUrl>& urls,
                                    const std::vector<Profile>& profiles)
{
    return namingOf(urls, profiles, &knownEndpointsOf);
}

std::vector<Profile> profilesThatMayName(const std::vector<QUrl>& urls,
                                         const std::vector<Profile>& profiles)
{
    return namingOf(urls, profiles, &possibleEndpointsOf);
}

Status mayWrite(const QUrl& url, const std::vector<Profile>& profiles)
{
    const QStringList wanted = possibleEndpointsOf(url);
    for (const Profile& profile : profiles) {
        if (!profile.neverWrite)
            continue;
        const auto urls = profile.urls();
        if (!urls) {
            return Error{ErrorCode::WrongUse,
                         u"Nothing is sent to %1: the profile “%2” says never write, and which "
                         "buses it means cannot be read. %3"_s.arg(shownUrl(url), profile.name,
                                                                   urls.error().message)};
        }
        if (isNamed(wanted, *urls, &possibleEndpointsOf)) {
            return Error{ErrorCode::WrongUse,
                         u"Nothing is ever sent to %1: the profile “%2” says never write."_s.arg(
                             shownUrl(url), profile.name)};
        }
    }
    return Done{};
}

Status mayWrite(const QUrl& url)
{
    // Another file of profiles adds to what is forbidden, it takes nothing away.
    for (const QString& path : {Profiles::personsPath(), Profiles::usualPath()}) {
        const auto profiles = Profiles::load(path);
        if (!profiles) {
            return Error{ErrorCode::WrongUse,
                         u"Nothing is sent to %1 while it is not known which buses are never "
                         "written to. %2"_s.arg(shownUrl(url), profiles.error().message)};
        }
        if (auto allowed = mayWrite(url, profiles->all()); !allowed)
            return allowed;
    }
    return Done{};
}

} // namespace murmur
