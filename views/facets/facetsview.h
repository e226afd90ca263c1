// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/facets.h"
#include "views/base/latestjob.h"
#include "views/base/menuowner.h"
#include "views/base/view.h"

#include <QElapsedTimer>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <optional>

class QLineEdit;
class QListView;
class QToolButton;

namespace murmur {

class EmptyNote;
class FacetModel;
class PaneHeader;

/// The most common values of each field in the window, against the rest of the session. A click
/// shows only messages with that value, with Alt all others; both can be taken back.
class FacetsView : public View, public MenuOwner
{
    Q_OBJECT
public:
    explicit FacetsView(const ViewContext& context, QWidget* parent = nullptr);
    ~FacetsView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override;
    [[nodiscard]] std::optional<Region> picked() const override;
    void fillPickedMenu(QMenu& menu) override;

    [[nodiscard]] FacetModel* model() const { return m_model; }
    [[nodiscard]] QListView* list() const { return m_list; }
    [[nodiscard]] QLineEdit* search() const { return m_search; }
    [[nodiscard]] QString facts() const;
    /// One more field, or one less; kept with the layout.
    void addField(const QString& field);
    void removeField(const QString& field);
    [[nodiscard]] const QStringList& moreFields() const { return m_more; }

    /// Only messages with the value in that row; again: as before.
    void include(int row);
    void exclude(int row);

    [[nodiscard]] QSize sizeHint() const override { return {250, 400}; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void forget();
    void askSoon();
    void ask();
    void askFor(LatestJob& job, const QStringList& fields, std::optional<Facets>& answer);
    void askForOwn();
    void present();
    void updateNote();
    void activate(int row, bool excludes);
    void narrow(const QString& condition);
    void askForField();
    void showMenu(const QPoint& globalPosition);

    PaneHeader* m_header;
    QToolButton* m_add;
    QLineEdit* m_search;
    QListView* m_list;
    FacetModel* m_model;
    EmptyNote* m_note;
    QStringList m_more; ///< fields besides the usual ones
    std::optional<Facets> m_usual;
    std::optional<Facets> m_others; ///< of m_more; takes longer
    std::vector<Facet> m_own; ///< of fields that the filter asks for, without their part of it
    QString m_failure;
    bool m_isStale = true;
    QTimer m_soon;
    QElapsedTimer m_clock;
    std::chrono::milliseconds m_took{0}; ///< counting, the last time
    LatestJob m_usualJob;
    LatestJob m_moreJob;
    LatestJob m_ownJob;
};

} // namespace murmur
