// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/inject/composerview.h"

#include "bus/endpoint.h"
#include "query/completion.h"
#include "replay/learntshape.h"
#include "views/base/numbers.h"
#include "views/base/paneheader.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/inject/answerpane.h"
#include "views/inject/draftfields.h"
#include "views/inject/headertable.h"
#include "views/inject/payloadedit.h"
#include "views/inject/profilewatch.h"
#include "views/inject/sequencepane.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>
#include <utility>

namespace murmur {

using namespace Qt::StringLiterals;

namespace {

constexpr int kShapesLookedAt = 200;
constexpr auto kShapePause = std::chrono::milliseconds(300);

QString environmentWord(Environment environment)
{
    return environment == Environment::None ? environmentName(Environment::Production)
                                            : environmentName(environment);
}

} // namespace

ComposerView::ComposerView(const ViewContext& context, QWidget* parent)
    : ComposerView(context, &createPublisher, parent)
{
}

ComposerView::ComposerView(const ViewContext& context, Injector::MakePublisher make,
                           QWidget* parent)
    : View(context, parent)
    , m_header(new PaneHeader(tr("Compose"), this))
    , m_desk(new InjectionDesk(std::move(make), this))
{
    build();
    connectParts();
    connectSequence();
    // What another program says of a bus holds here, too: also for one that is armed.
    connect(new ProfileWatch(this), &ProfileWatch::changed, this, [this] {
        if (m_desk->isArmed())
            m_desk->holdTo(environmentOf(m_desk->arming().target()));
        showTarget();
    });
    m_shapeSoon.setSingleShot(true);
    m_shapeSoon.setInterval(kShapePause);
    connect(&m_shapeSoon, &QTimer::timeout, this, &ComposerView::learnShape);
    showTarget();
    showArming();
    onEdited();
    onSessionChanged();
}

ComposerView::~ComposerView() = default;

QUrl ComposerView::target() const
{
    return QUrl(m_target->currentText().trimmed());
}

Environment ComposerView::environment() const
{
    return environmentOf(target());
}

InjectionDraft ComposerView::draft() const
{
    InjectionDraft draft = m_base;
    draft.target = target();
    draft.topic = m_topic->text().toUtf8();
    draft.payload = m_payload->bytes();
    draft.headers = m_headers->headers();
    m_fields->putInto(draft);
    draft.repeat = m_repeat->value();
    draft.rate = m_rate->value();
    draft.wantsReply = m_canReply && m_wantsReply->isChecked();
    draft.origin.recording = m_recording;
    return draft;
}

void ComposerView::setDraft(const InjectionDraft& draft)
{
    m_base = draft;
    if (!draft.target.isEmpty() && draft.target != target())
        m_target->setEditText(draft.target.toString());
    m_topic->setText(QString::fromUtf8(draft.topic));
    m_headers->setHeaders(draft.headers);
    m_fields->setDraft(draft);
    m_payload->setBytes(draft.payload);
    m_repeat->setValue(draft.repeat);
    m_rate->setValue(draft.rate);
    m_wantsReply->setChecked(draft.wantsReply);
    m_origin->setText(draft.origin.seq == 0 ? QString()
                                            : tr("from message %1").arg(draft.origin.seq));
    onEdited();
}

InjectionRun ComposerView::run() const
{
    InjectionRun run;
    run.draft = draft();
    if (m_secrets)
        run.options = m_secrets(run.draft.target);
    run.typedHost = m_host->text();
    run.sources = m_sources;
    run.environment = environment();
    // Where it was recorded every topic of the recording is one that agents hear.
    if (const Session* session = shared()->session()) {
        const auto names = session->dictionaries();
        const bool isSource = std::ranges::any_of(
            m_sources, [&](const QUrl& url) { return mayBeSameBus(url, run.draft.target); });
        const std::uint32_t topics = isSource ? names->counts().topics : 0;
        for (std::uint32_t id = 1; id < topics; ++id)
            run.heardTopics.insert(
                QByteArray::fromStdString(names->topicName(static_cast<TopicId>(id))));
    }
    return run;
}

void ComposerView::setSecrets(std::function<ConnectionOptions(const QUrl&)> secrets)
{
    m_secrets = std::move(secrets);
}

void ComposerView::editSelected()
{
    edit(shared()->selectedMessage());
}

void ComposerView::edit(Seq seq)
{
    Session* session = shared()->session();
    if (!session || seq == 0) {
        Q_EMIT edited();
        return;
    }
    m_job.start(
        this, [session, seq](std::stop_token) { return session->message(seq); },
        [this](const Result<MessageDetail>& message) {
            if (message)
                takeMessage(*message);
            else
                m_answers->showProblem(message.error().message);
            Q_EMIT edited();
        });
}

void ComposerView::takeMessage(const MessageDetail& message)
{
    const auto names = shared()->session()->dictionaries();
    const QUrl heard(QString::fromStdString(names->connectionEntry(message.row.connection).url));
    InjectionDraft draft = draftOf(message, *names, heard);
    draft.origin.bus = heard;
    draft.wantsReply = draft.wantsReply && message.row.kind == Kind::Request;
    setDraft(draft);
    m_answers->clear();
    m_payload->setFocus();
    if (message.row.answeredBy != 0)
        readAnswer(message.row.answeredBy);
}

void ComposerView::readAnswer(Seq seq)
{
    m_answerJob.start(
        this,
        [session = shared()->session(), seq](std::stop_token) { return session->message(seq); },
        [this, seq](const Result<MessageDetail>& answer) {
            if (answer && m_base.origin.answeredBy == seq)
                m_base.origin.answer = answer->raw;
        });
}

void ComposerView::toggleArmed()
{
    if (m_desk->isArmed() && (m_desk->isArmedFor(target()) || m_desk->isRunning())) {
        m_desk->disarm();
        return;
    }
    showTarget(); // it may be another environment by now
    if (auto armed = m_desk->arm(target(), m_host->text()); !armed) {
        m_answers->showProblem(armed.error().message);
        if (!m_host->isHidden())
            m_host->setFocus();
        return;
    }
    // What stood in the way does not stand there any more.
    const InjectionRun wish = run();
    if (wish.environment == Environment::Dev)
        return;
    const auto ready = InjectionDesk::preview(wish);
    if (ready)
        m_answers->showPreview(wish, *ready, tr("Armed. Return, and Return again, sends it."));
    else
        m_answers->clear();
}

void ComposerView::send()
{
    if (m_desk->isRunning())
        return;
    if (!draft().isTombstone && !m_payload->isValid() && !std::exchange(m_isPreviewed, true)) {
        m_answers->showProblem(
            tr("The payload is %1. Return again sends it as it is.").arg(m_payload->verdict()));
        return;
    }
    submit(run(), m_isPreviewed);
}

void ComposerView::submit(const InjectionRun& wish, bool& isPreviewed)
{
    const auto ready = InjectionDesk::preview(wish);
    if (!ready) {
        m_answers->showProblem(ready.error().message);
        return;
    }
    const bool isDev = wish.environment == Environment::Dev;
    const bool isArmed = m_desk->isArmedFor(wish.draft.target);
    // Elsewhere it is shown before it is sent.
    if (!isDev && (!isArmed || !std::exchange(isPreviewed, true))) {
        m_answers->showPreview(wish, *ready,
                               !isArmed ? tr("Observing only: arm it, and it can be sent.")
                               : wish.sequence.empty() ? tr("Return again sends it.")
                                                       : tr("Send all again sends it."));
        return;
    }
    const Session* session = shared()->session();
    m_sentAfter = session ? session->seen().last : 0;
    m_sentId = wish.id;
    m_askedSeq = 0;
    m_sentRow.reset();
    m_answers->showFollowing(false);
    isPreviewed = false;
    m_isSequenceSent = !wish.sequence.empty();
    m_answers->begin(wish);
    if (auto sent = m_desk->send(wish); !sent) {
        m_answers->showProblem(sent.error().message);
        return;
    }
    if (m_isSequenceSent)
        m_sequence->begin();
    else
        m_memory.remember(wish.draft);
    showArming();
}

void ComposerView::onEnded(const InjectionReport& report)
{
    m_answers->finish(report);
    const Session* session = shared()->session();
    if (report.sent > 0 && (!session || !session->isLive()))
        m_answers->addHint(tr("Not recorded: attach to the bus for that."));
    showArming();
    lookForSent();
}

void ComposerView::onSessionChanged()
{
    m_sentId.clear();
    m_askedSeq = 0;
    m_sentRow.reset();
    m_answers->showFollowing(false);
    m_sources.clear();
    m_up.clear();
    m_recording.clear();
    m_desk->disarm();
    m_shapeTopic.clear();
    m_shape.reset();
    m_shapeJob.cancel();
    readConnections();
}

void ComposerView::readConnections()
{
    Session* session = shared()->session();
    if (!session)
        return;
    m_infoJob.start(
        this, [session](std::stop_token) { return session->info(); },
        [this](const Result<SessionInfo>& info) {
            if (!info)
                return;
            m_recording = info->recordings.size() > 1 ? QString() : info->path;
            std::vector<std::pair<QUrl, QString>> urls;
            for (const ConnectionInfo& connection : info->connections) {
                m_sources.emplace_back(connection.url);
                urls.emplace_back(QUrl(connection.url), connection.name);
            }
            offerTargets(urls);
        });
}

void ComposerView::setConnections(const std::vector<ConnectionInfo>& connections)
{
    std::vector<std::pair<QUrl, QString>> urls;
    m_sources.clear();
    for (const ConnectionInfo& connection : connections) {
        const QUrl url(connection.url);
        m_sources.push_back(url);
        urls.emplace_back(url, connection.name);
        if (connection.state == ConnectionStatus::State::Up)
            m_up.insert(url);
        else if (m_up.remove(url))
            m_desk->lost(url);
    }
    offerTargets(urls);
}

/// Those to which something can be sent.
void ComposerView::offerTargets(const std::vector<std::pair<QUrl, QString>>& urls)
{
    QStringList texts;
    for (const auto& [url, name] : urls) {
        if (createPublisher(url, {}))
            texts << url.toString();
    }
    texts.removeDuplicates();
    QStringList shown;
    for (int i = 0; i < m_target->count(); ++i)
        shown << m_target->itemText(i);
    if (texts == shown)
        return;
    const QString typed = m_target->currentText();
    {
        const QSignalBlocker blocker(m_target);
        m_target->clear();
        m_target->addItems(texts);
        m_target->setEditText(typed.isEmpty() || shown.contains(typed) ? texts.value(0) : typed);
    }
    showTarget();
    onEdited();
}

void ComposerView::showTarget()
{
    if (m_hostFor != target()) {
        m_hostFor = target();
        m_host->clear(); // what was typed confirmed another bus
    }
    const bool hasTarget = !target().scheme().isEmpty();
    const Environment where = environment();
    const Theme& theme = Theme::current();
    m_environment->setText(hasTarget ? environmentWord(where) : QString());
    m_environment->setToolTip(
        where == Environment::Dev
            ? tr("A machine of your own: Return arms and sends.")
            : tr("What a profile says of it; production where none does. It is shown before it is "
                 "sent."));
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, where == Environment::Dev       ? theme.secondary
                                          : where == Environment::Staging ? theme.warning
                                                                          : theme.bad);
    m_environment->setPalette(colors);
    const auto publisher = createPublisher(target(), {});
    const PublisherTraits traits = publisher ? (*publisher)->traits() : PublisherTraits();
    m_fields->setTraits(traits);
    m_headers->setVisible(traits.hasHeaders);
    m_extras->setVisible(traits.hasHeaders || !m_fields->isHidden());
    m_wantsReply->setVisible(traits.hasReplies);
    m_canReply = traits.hasReplies;
    m_topic->setEnabled(!publisher || traits.hasTopics);
    showHost();
    m_host->setPlaceholderText(tr("type %1 to confirm").arg(target().host()));
    m_host->setToolTip(m_host->placeholderText());
    showArming();
}

void ComposerView::onEdited()
{
    m_isPreviewed = m_isSequencePreviewed = false;
    if (m_topic->text() != m_shapeTopic)
        m_shapeSoon.start();
    showVerdict();
    m_rate->setVisible(m_repeat->value() > 1);
    m_payload->setEnabled(!draft().isTombstone);
    showHost();
    m_command->setText(command());
    m_command->setCursorPosition(0);
}

void ComposerView::showVerdict()
{
    const Theme& theme = Theme::current();
    const bool isTombstone = draft().isTombstone;
    const bool isValid = isTombstone || m_payload->isValid();
    const QStringList unlike = unlikeOthers();
    const QString verdict = isTombstone ? tr("no value: the key is deleted") : m_payload->verdict();
    m_verdict->setText(!isValid           ? u"✕ "_s + verdict
                       : unlike.isEmpty() ? u"✓ "_s + verdict
                                          : u"▲ "_s + verdict + u", "_s + unlike.front());
    m_verdict->setToolTip(unlike.size() > 1 ? verdict + u'\n' + unlike.join(u'\n')
                                            : m_verdict->text());
    m_verdict->setAccessibleDescription(unlike.join(u". "_s));
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, !isValid           ? theme.bad
                                          : unlike.isEmpty() ? theme.secondary
                                                             : theme.warning);
    m_verdict->setPalette(colors);
}

QStringList ComposerView::unlikeOthers() const
{
    if (!m_payload->isEnabled() || !m_shape || m_topic->text() != m_shapeTopic ||
        !m_payload->isText())
        return {};
    return m_shape->judge(m_payload->bytes().toStdString());
}

void ComposerView::learnShape()
{
    Session* session = shared()->session();
    m_shapeTopic = m_topic->text();
    m_shape.reset();
    m_shapeJob.cancel();
    if (!session || m_shapeTopic.isEmpty())
        return;
    const auto filter =
        parseFilter(u"topic == %1 and not (injected or replayed)"_s.arg(filterValue(m_shapeTopic)),
                    session->seen().time);
    if (!filter)
        return;
    MatchRequest request;
    request.filter = *filter;
    request.limit = kShapesLookedAt;
    request.newestFirst = true;
    m_shapeJob.start(
        this,
        [session, request](std::stop_token stop) mutable {
            request.stop = std::move(stop);
            return session->search(request);
        },
        [this](const Result<MatchList>& found) {
            Session* now = shared()->session();
            if (!found || found->seqs.empty() || !now)
                return;
            RowRequest rows;
            rows.seqs = found->seqs;
            m_shapeJob.start(
                this,
                [now, rows](std::stop_token stop) mutable {
                    rows.stop = std::move(stop);
                    return now->messages(rows);
                },
                [this](const Result<std::vector<MessageDetail>>& messages) {
                    if (!messages)
                        return;
                    m_shape = std::make_unique<LearntShape>();
                    for (const MessageDetail& message : *messages)
                        m_shape->add({message.raw.constData(),
                                      static_cast<std::size_t>(message.raw.size())});
                    showVerdict();
                });
        });
}

void ComposerView::showArming()
{
    const Theme& theme = Theme::current();
    const bool isArmed = m_desk->isArmedFor(target());
    if (std::exchange(m_wasArmed, isArmed) && !isArmed)
        m_host->clear(); // each arming is confirmed anew
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(m_desk->left()).count();
    m_arm->setText(isArmed ? tr("Disarm") : tr("Arm"));
    m_arm->setEnabled(!target().scheme().isEmpty());
    m_arm->setToolTip(isArmed ? tr("Nothing more is sent (Esc Esc)")
                              : tr("Allow sending to this bus, for this session"));
    m_send->setText(m_desk->isRunning() ? tr("Stop") : tr("Send  ⏎"));
    m_sequence->setRunning(m_desk->isRunning());
    if (!isArmed)
        m_header->setFacts(tr("observing only"));
    else if (left > 0)
        m_header->setFacts(tr("ARMED, %1:%2 left — Esc Esc stops")
                               .arg(left / 60)
                               .arg(left % 60, 2, 10, QLatin1Char('0')),
                           theme.bad);
    else
        m_header->setFacts(tr("ARMED — Esc Esc stops"), theme.bad);
}

QString ComposerView::asText() const
{
    return command() + u'\n' + m_verdict->text() + u"\n\n"_s + m_answers->asText();
}

QByteArray ComposerView::saveState() const
{
    return m_memory.toJson();
}

void ComposerView::restoreState(const QByteArray& state)
{
    m_memory.fromJson(state);
}

} // namespace murmur
