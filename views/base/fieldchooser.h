// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QObject>
#include <QString>

#include <functional>
#include <map>
#include <vector>

class QWidget;

namespace murmur {

class SharedView;

/// Asks for a field that is told of messages: one of the language of filters, a member of the
/// payload or a header, proposed from the messages around the playhead. Goes with the dialog.
class FieldChooser : public QObject
{
    Q_OBJECT
public:
    /// `title` says what the field is for. `current` is proposed; an empty one: what most messages
    /// have.
    static void ask(SharedView* shared, QWidget* parent, const QString& title,
                    const QString& current, const std::function<void(const QString&)>& chosen);

    /// How many of these messages have each member of the payload and each header.
    static std::map<QString, int> fieldsOf(const std::vector<MessageDetail>& messages);
};

} // namespace murmur
