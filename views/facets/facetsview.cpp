// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/facets/facetsview.h"

#include "query/messagefield.h"
#include "views/base/emptynote.h"
#include "views/base/fieldchooser.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/facets/facetdelegate.h"
#include "views/facets/facetmodel.h"
#include "views/facets/ownfilter.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMouseEvent>
#include <QToolButton>
#include <QVBoxLayout>
#include <QtConcurrent>

#include <algorithm>
#include <chrono>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr auto kSettle = 250ms;
constexpr auto kGrowing = 1500ms; // while it grows: figures are to be read
constexpr int kRestAfter = 20;    // times as long as counting took
constexpr int kMostListed = 50;   // values of a field
constexpr int kMostFacetsAdded = 12;
constexpr qint32 kFacetState = 1;

} // namespace

FacetsView::FacetsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Facets"), this))
    , m_add(new QToolButton(this))
    , m_search(new QLineEdit(this))
    , m_list(new QListView(this))
    , m_model(new FacetModel(this))
    , m_note(new EmptyNote(m_list))
{
    setAccessibleName(tr("Facets"));
    setAccessibleDescription(
        tr("The most common values of each field in the window, against the rest. Return shows "
           "only messages with that value, Delete hides them."));
    setFocusProxy(m_list);
    m_search->setPlaceholderText(tr("Filter"));
    m_search->setAccessibleName(tr("Filter values"));
    m_search->setClearButtonEnabled(true);
    m_add->setText(tr("+ Field"));
    m_add->setProperty("flat", true);
    m_add->setToolTip(tr("Count one more field: a member of the payload, a header"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new FacetDelegate(m_list));
    m_list->setAccessibleName(tr("Facets"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->viewport()->installEventFilter(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_header);
    auto* searchRow = new QHBoxLayout;
    searchRow->setContentsMargins(6, 5, 6, 5);
    searchRow->addWidget(m_search, 1);
    searchRow->addWidget(m_add);
    layout->addLayout(searchRow);
    layout->addWidget(m_list, 1);

    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &FacetsView::ask);
    connect(m_add, &QToolButton::clicked, this, &FacetsView::askForField);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setText(text);
        updateNote();
    });
    connect(m_list, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& at) { showMenu(m_list->viewport()->mapToGlobal(at)); });

    SharedView* view = shared();
    connect(view, &SharedView::sessionChanged, this, [this] {
        m_usual.reset();
        m_others.reset();
        m_failure.clear();
        forget();
        present();
    });
    connect(view, &SharedView::filterChanged, this, [this] {
        m_model->setFilter(shared()->filter() ? shared()->filter()->text() : QString());
        forget();
    });
    connect(view, &SharedView::windowChanged, this, &FacetsView::askSoon);
    connect(view, &SharedView::dataGrew, this, &FacetsView::askSoon);
    connect(view, &SharedView::namesChanged, this, &FacetsView::forget);
    m_note->follow(view);
    connect(view, &SharedView::silenceChanged, this, &FacetsView::updateNote);
    present();
}

FacetsView::~FacetsView() = default;

/// What is under way answers another question.
void FacetsView::forget()
{
    m_usualJob.cancel();
    m_moreJob.cancel();
    m_ownJob.cancel();
    m_own.clear();
    askSoon();
}

void FacetsView::askSoon()
{
    m_isStale = true;
    if (!isVisible() || m_soon.isActive())
        return;
    const bool follows = shared()->mode() != SharedView::Mode::Paused && m_usual;
    // What follows must not become what the machine is busy with.
    m_soon.start(follows ? std::max<std::chrono::milliseconds>(kGrowing, kRestAfter * m_took)
                         : std::chrono::milliseconds(kSettle));
}

void FacetsView::ask()
{
    if (!isVisible() || !m_isStale)
        return;
    // Counting goes on to its end while the window moves: else nothing would ever be shown.
    if (m_usualJob.isBusy() || m_moreJob.isBusy() || m_ownJob.isBusy()) {
        m_soon.start(kSettle);
        return;
    }
    m_isStale = false;
    const Session* session = shared()->session();
    if (session == nullptr || session->seen().last == 0) {
        updateNote();
        return;
    }
    m_clock.start();
    askFor(m_usualJob, usualFacets(), m_usual);
    if (!m_more.isEmpty())
        askFor(m_moreJob, m_more, m_others);
    askForOwn();
    updateNote();
}

/// Beside the value that a filter leaves stand its neighbours, with as many messages as there would
/// be of them if nobody had chosen one: of each such field without its own part of the filter.
void FacetsView::askForOwn()
{
    Session* session = shared()->session();
    const QString now = shared()->filter() ? shared()->filter()->text() : QString();
    std::vector<FacetRequest> requests;
    for (const QString& field : usualFacets() + m_more) {
        const QStringList parts = conjunctsOf(now);
        if (std::ranges::none_of(parts,
                                 [&](const QString& part) { return isChoiceOf(part, field); }))
            continue;
        const auto rest = parseFilter(filterWithout(now, field), session->seen().time);
        if (!rest)
            continue;
        FacetRequest request;
        request.here = shared()->window();
        request.around = session->seen().time;
        request.filter = *rest;
        request.fields = {field};
        request.most = kMostListed;
        requests.push_back(std::move(request));
    }
    if (requests.empty())
        return;
    m_ownJob.start(
        this,
        [&](const std::stop_token& stop) {
            return QtConcurrent::run([source = session->source(), requests = std::move(requests),
                                      stop]() mutable -> Result<std::vector<Facet>> {
                std::vector<Facet> facets;
                for (FacetRequest& request : requests) {
                    request.stop = stop;
                    auto found = facetsJob(*source, request);
                    if (!found)
                        return found.error();
                    for (Facet& facet : found->facets)
                        facets.push_back(std::move(facet));
                }
                return facets;
            });
        },
        [this](const Result<std::vector<Facet>>& found) {
            if (!found)
                return; // the others tell why
            m_own = *found;
            present();
        });
}

void FacetsView::askFor(LatestJob& job, const QStringList& fields, std::optional<Facets>& answer)
{
    Session* session = shared()->session();
    FacetRequest request;
    request.here = shared()->window();
    request.around = session->seen().time;
    request.filter = shared()->filter();
    request.fields = fields;
    request.most = kMostListed;
    job.start(
        this,
        [&](std::stop_token stop) {
            request.stop = std::move(stop);
            return facetsOf(*session, request);
        },
        [this, &answer](const Result<Facets>& found) {
            if (found) {
                answer = *found;
                m_took = std::chrono::milliseconds(m_clock.elapsed());
                m_failure.clear();
            } else if (found.error().code != ErrorCode::Cancelled) {
                m_failure = found.error().message;
            }
            present();
        });
}

void FacetsView::present()
{
    QStringList fields;
    std::vector<Facet> facets;
    const auto add = [&](const QStringList& names, const std::optional<Facets>& from) {
        for (const QString& name : names) {
            Facet facet;
            facet.field = name;
            if (from) {
                const auto known = std::ranges::find(from->facets, name, &Facet::field);
                if (known != from->facets.end())
                    facet = *known;
            }
            if (const auto own = std::ranges::find(m_own, name, &Facet::field); own != m_own.end())
                facet = *own;
            fields << name;
            facets.push_back(std::move(facet));
        }
    };
    // What a person asked for stands first.
    if (m_usual) {
        add(m_more, m_others);
        add(usualFacets(), m_usual);
        // A field of which there is nothing to tell takes no room.
        for (std::size_t i = facets.size(); i-- > 0;) {
            const auto place = static_cast<qsizetype>(i);
            const bool isOwn = m_more.contains(fields[place]);
            const bool isOfNone = std::ranges::all_of(
                facets[i].values, [](const FacetValue& value) { return value.value.isEmpty(); });
            if (!isOwn && isOfNone && !m_model->keeps(fields[place])) {
                facets.erase(facets.begin() + static_cast<std::ptrdiff_t>(i));
                fields.removeAt(place);
            }
        }
    }
    m_model->present(fields, std::move(facets), m_usual ? *m_usual : Facets());
    updateNote();
}

QString FacetsView::facts() const
{
    if (!m_usual)
        return {};
    QString text = tr("%1 here").arg(numberText(m_usual->here));
    if (m_usual->others > 0)
        text += tr(" · %1 elsewhere").arg(numberText(m_usual->others));
    const double least = std::min(m_usual->lookedAt, m_others ? m_others->lookedAt : 1.0);
    if (least < 1)
        text = tr("1 in %1 looked at · ").arg(numberText(std::llround(1 / least))) + text;
    return text;
}

void FacetsView::updateNote()
{
    m_header->setFacts(facts());
    m_header->setToolTip(facts());
    const Session* session = shared()->session();
    if (session == nullptr)
        m_note->say(tr("No recording"), tr("The most common values of each field stand here once "
                                           "there are messages."));
    else if (!m_failure.isEmpty())
        m_note->say(tr("The messages cannot be counted"), m_failure);
    else if (session->seen().last == 0)
        m_note->say(tr("No message yet"), shared()->silence().isEmpty()
                                              ? tr("What the messages have in common stands here.")
                                              : shared()->silence());
    else if (!m_usual)
        m_note->say(tr("Counting …"));
    else if (m_usual->here == 0 && m_usual->others == 0)
        m_note->say(tr("No message matches"), tr("Clear the filter or make it wider."));
    else if (m_model->rowCount() == 0)
        m_note->say(tr("No value matches"), tr("Clear the field above to see all of them."));
    else
        m_note->say({});
}

void FacetsView::addField(const QString& field)
{
    if (m_more.contains(field) || usualFacets().contains(field) ||
        m_more.size() >= kMostFacetsAdded)
        return;
    m_more.prepend(field);
    m_moreJob.cancel();
    askSoon();
    present();
}

void FacetsView::removeField(const QString& field)
{
    if (m_more.removeAll(field) > 0)
        present();
}

void FacetsView::askForField()
{
    FieldChooser::ask(shared(), this, tr("Count the values of a field"), {},
                      [this](const QString& field) { addField(field); });
}

void FacetsView::narrow(const QString& condition)
{
    if (const Status done = shared()->narrow(condition); !done) {
        m_failure = done.error().message;
        updateNote();
    }
}

void FacetsView::include(int row)
{
    const FacetValue* value = m_model->valueAt(row);
    if (value == nullptr)
        return;
    // Of one field any of the values that were clicked; of several fields all of them.
    const QString now = shared()->filter() ? shared()->filter()->text() : QString();
    const bool wasChosen = m_model->index(row).data(FacetModel::IsChosenRole).toBool();
    const auto filter = parseFilter(filterWithValue(now, m_model->fieldAt(row), value->condition),
                                    shared()->session()->seen().time);
    if (!filter) {
        m_failure = filter.error().message;
        updateNote();
        return;
    }
    shared()->changeFilter(*filter, !*filter    ? tr("show all messages")
                                    : wasChosen ? tr("no longer only %1").arg(value->condition)
                                                : tr("only %1").arg(value->condition));
}

void FacetsView::exclude(int row)
{
    if (const FacetValue* value = m_model->valueAt(row))
        narrow(u"not (%1)"_s.arg(value->condition));
}

void FacetsView::activate(int row, bool excludes)
{
    if (row < 0)
        return;
    if (m_model->whatIs(row) != FacetModel::Is::Value)
        m_model->toggle(row);
    else if (excludes)
        exclude(row);
    else
        include(row);
}

std::optional<Region> FacetsView::picked() const
{
    const int row = m_list->currentIndex().row();
    const FacetValue* value = m_model->valueAt(row);
    if (value == nullptr)
        return std::nullopt;
    return Region{shared()->window(), value->condition, {}, value->condition};
}

void FacetsView::showMenu(const QPoint& globalPosition)
{
    QMenu menu(this);
    fillPickedMenu(menu);
    menu.exec(globalPosition);
}

void FacetsView::fillPickedMenu(QMenu& menu)
{
    const int row = m_list->currentIndex().row();
    const QString field = m_model->fieldAt(row);
    if (const FacetValue* value = m_model->valueAt(row)) {
        // What is counted goes on, and with it the order of the values.
        const auto doTo = [this, condition = value->condition](void (FacetsView::*what)(int)) {
            return [this, condition, what] {
                for (int each = 0; each < m_model->rowCount(); ++each) {
                    const FacetValue* one = m_model->valueAt(each);
                    if (one != nullptr && one->condition == condition)
                        return (this->*what)(each);
                }
            };
        };
        const QString name = menu.fontMetrics()
                                 .elidedText(value->condition, Qt::ElideMiddle, 320)
                                 .replace(u"&"_s, u"&&"_s);
        menu.addAction(tr("Only %1").arg(name), this, doTo(&FacetsView::include))
            ->setShortcut(Qt::Key_Return);
        menu.addAction(tr("Hide %1").arg(name), this, doTo(&FacetsView::exclude))
            ->setShortcut(Qt::Key_Delete);
        menu.addAction(tr("What differs in these?"), this, [this] {
            shared()->setRegion(picked());
            shared()->askWhatDiffers();
        });
        menu.addAction(tr("Copy the condition"), this, [condition = value->condition] {
            QApplication::clipboard()->setText(condition);
        });
        menu.addSeparator();
    }
    if (m_more.contains(field))
        menu.addAction(tr("Count %1 no more").arg(field), this,
                       [this, field] { removeField(field); });
    menu.addAction(tr("Count one more field…"), this, &FacetsView::askForField);
    menu.addAction(tr("Copy as text"), this,
                   [this] { QApplication::clipboard()->setText(asText()); });
}

QString FacetsView::asText() const
{
    QStringList lines{facts()};
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QModelIndex index = m_model->index(row);
        const auto text = [&](FacetModel::Role role) { return index.data(role).toString(); };
        if (m_model->whatIs(row) == FacetModel::Is::Value)
            lines << u"%1\t%2\t%3\t%4"_s.arg(m_model->fieldAt(row), index.data().toString(),
                                             text(FacetModel::CountRole),
                                             text(FacetModel::LiftRole));
        else if (m_model->whatIs(row) == FacetModel::Is::More)
            lines << u"%1\t%2"_s.arg(m_model->fieldAt(row), index.data().toString());
    }
    return lines.join(u'\n');
}

QByteArray FacetsView::saveState() const
{
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    const QSet<QString>& folded = m_model->folded();
    stream << kFacetState << m_more << QStringList(folded.begin(), folded.end());
    return state;
}

void FacetsView::restoreState(const QByteArray& state)
{
    QDataStream stream(state);
    qint32 version = 0;
    QStringList more;
    QStringList folded;
    stream >> version >> more >> folded;
    if (version != kFacetState || stream.status() != QDataStream::Ok)
        return;
    m_more.clear();
    for (const QString& field : more) {
        if (MessageField::named(field) && m_more.size() < kMostFacetsAdded)
            m_more << field;
    }
    m_model->setFolded({folded.begin(), folded.end()});
    forget();
    present();
}

bool FacetsView::isSettled() const
{
    return !m_usualJob.isBusy() && !m_moreJob.isBusy() && !m_ownJob.isBusy() && !m_soon.isActive();
}

bool FacetsView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_list->viewport() && event->type() == QEvent::MouseButtonRelease) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QModelIndex index = m_list->indexAt(mouse->position().toPoint());
        if (mouse->button() == Qt::LeftButton && index.isValid()) {
            // The list may be another one afterwards: it sees the release first.
            const bool excludes = mouse->modifiers().testFlag(Qt::AltModifier);
            QMetaObject::invokeMethod(
                this, [this, row = index.row(), excludes] { activate(row, excludes); },
                Qt::QueuedConnection);
        }
    }
    return View::eventFilter(watched, event);
}

void FacetsView::keyPressEvent(QKeyEvent* event)
{
    const int row = m_list->currentIndex().row();
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(asText());
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        activate(row, event->modifiers().testFlag(Qt::AltModifier));
    else if (event->key() == Qt::Key_Delete)
        exclude(row);
    else if (event->key() == Qt::Key_Slash)
        m_search->setFocus(Qt::ShortcutFocusReason);
    else if (event->key() == Qt::Key_Escape && !m_search->text().isEmpty())
        m_search->clear();
    else if (event->key() == Qt::Key_Menu)
        showMenu(
            m_list->viewport()->mapToGlobal(m_list->visualRect(m_list->currentIndex()).center()));
    else
        View::keyPressEvent(event);
}

void FacetsView::showEvent(QShowEvent* event)
{
    View::showEvent(event);
    if (m_isStale)
        m_soon.start(kSettle);
}

} // namespace murmur
