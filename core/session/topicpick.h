// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/surveyedtopic.h"

#include <QStringList>
#include <QUrl>

#include <vector>

namespace murmur {

/// Of a topic that a survey found, whether it is wanted.
struct TopicWish
{
    QString topic;
    QString item; ///< as of SurveyedTopic
    bool isChosen = false;
};

/// What to attach to for a choice of topics.
struct PickedTopics
{
    std::vector<QUrl> urls; ///< mostly one; NATS reads streams over a connection of their own
    QStringList exclude;    ///< of IntakeRules: what comes all the same and is not wanted
    QStringList patterns;   ///< of all URLs, for people: "agents.*", "stream EVENTS"

    friend bool operator==(const PickedTopics&, const PickedTopics&) = default;
};

/// The URLs that ask for what was chosen and for nothing else that was found. Families of which all
/// are chosen become one pattern ("agents.*"). With `takesNew` all is asked for, also what nobody
/// has heard of yet, and what is not wanted is excluded; a bus that cannot be asked for single
/// topics is always treated so. Empty `urls`: nothing was chosen.
PickedTopics pickTopics(const QUrl& url, const std::vector<TopicWish>& wishes, bool takesNew);
/// Patterns that together match all that is chosen in `wishes`, and nothing else in it; in the
/// language of the bus of `scheme`.
QStringList foldedTopics(const std::vector<TopicWish>& wishes, const QString& scheme);

} // namespace murmur
