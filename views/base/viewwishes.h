// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

namespace murmur {

class SharedView;

/// A view that leads to another one says so here; who has placed the views brings it to the front.
/// There is one for the views of a window.
class ViewWishes : public QObject
{
    Q_OBJECT
public:
    static ViewWishes* of(SharedView* shared);
    /// By its id: "timeline".
    void show(const QString& view) { Q_EMIT wanted(view); }

Q_SIGNALS:
    void wanted(const QString& view);

private:
    explicit ViewWishes(SharedView* shared);
};

} // namespace murmur
