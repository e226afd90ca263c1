// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <functional>
#include <utility>
#include <vector>

namespace murmur {

/// Where a program under observation reports.
struct ObservationPoints
{
    QUrl hub;         ///< as its connection shows it: listen://127.0.0.1:40123
    QUrl otlp;        ///< otlp://127.0.0.1:40124
    QString bridges;  ///< folder of the bridges; empty: without them
    QString notes;    ///< folder in which bridges say what they found; empty: nowhere
    QByteArray token; ///< that the hub and the receiver ask for; empty: none
};

/// The variables by which CrewAI, LangGraph and OpenTelemetry programs report there without a
/// change of their code.
struct ObservedEnvironment
{
    std::vector<std::pair<QByteArray, QByteArray>> changes; ///< name and new value
    /// A sentence for each value of the person's own that stays, and what follows from it.
    QStringList kept;
};

/// `valueOf` gives the present value of a variable; a null one when there is none.
ObservedEnvironment observedEnvironment(const std::function<QByteArray(const char* name)>& valueOf,
                                        const ObservationPoints& points);

/// The folder of the bridges that belong to this program: MURMURSCOPE_BRIDGES, else
/// share/murmurscope/bridges beside the folder of the program. Empty: there is none.
QString bridgesFolder();

} // namespace murmur
