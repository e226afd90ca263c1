// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>
#include <QWidget>

#include <optional>
#include <span>

namespace murmur {

class SharedView;
struct Region;

/// What every view is made with.
struct ViewContext
{
    SharedView* shared = nullptr; ///< outlives the view
};

/// A pane of the window. Besides what it paints it can say what it shows as text, and save what the
/// person set.
class View : public QWidget
{
    Q_OBJECT
public:
    explicit View(const ViewContext& context, QWidget* parent = nullptr);

    [[nodiscard]] SharedView* shared() const { return m_shared; }
    /// The visible content as text (tab separated where it is a table): for the clipboard, screen
    /// readers and tests.
    [[nodiscard]] virtual QString asText() const = 0;
    /// Small state under the view's id: column widths, sort order, chosen tab.
    [[nodiscard]] virtual QByteArray saveState() const { return {}; }
    virtual void restoreState(const QByteArray& state) { Q_UNUSED(state) }
    /// The messages behind what is selected in it, for "what differs here?"; none where nothing is.
    [[nodiscard]] virtual std::optional<Region> picked() const;
    /// True when nothing that was asked for is still on its way (used by rendering to files and by
    /// tests).
    [[nodiscard]] virtual bool isSettled() const { return true; }

private:
    SharedView* m_shared;
};

/// Where a view stands in the standard layout.
enum class Place { Left, Center, CenterBottom, Right };

/// One row per view.
struct ViewEntry
{
    const char* id;    ///< stable: written to layout files, accepted by --view
    const char* title; ///< QT_TRANSLATE_NOOP("Views", …)
    Place place;
    View* (*create)(const ViewContext& context, QWidget* parent);
};

} // namespace murmur
