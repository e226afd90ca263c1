// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "llm/transcript.h"
#include "views/base/latestjob.h"
#include "views/base/view.h"
#include "views/llm/transcriptpage.h"

#include <QElapsedTimer>

#include <memory>

class QLabel;
class QLineEdit;
class QMenu;
class QSplitter;
class QTextBrowser;
class QToolButton;

namespace murmur {

class CallList;
class EmptyNote;
class PaneHeader;

/// The call to a model that the selected message is part of, as a conversation; beside it the
/// others of its conversation. What is new in a prompt since the one before is marked. Asks only
/// while it is seen: reading a conversation takes its bytes.
class TranscriptView : public View
{
    Q_OBJECT
public:
    explicit TranscriptView(const ViewContext& context, QWidget* parent = nullptr);
    ~TranscriptView() override;

    [[nodiscard]] QString asText() const override;
    [[nodiscard]] QByteArray saveState() const override;
    void restoreState(const QByteArray& state) override;
    [[nodiscard]] bool isSettled() const override { return !m_job.isBusy(); }

    [[nodiscard]] const Transcript* transcript() const { return m_transcript.get(); }
    [[nodiscard]] std::ptrdiff_t current() const { return m_current; }
    [[nodiscard]] CallList* calls() const { return m_calls; }
    [[nodiscard]] QTextBrowser* page() const { return m_page; }
    [[nodiscard]] QLineEdit* search() const { return m_search; }
    [[nodiscard]] int matches() const { return m_matches; }

    [[nodiscard]] QSize sizeHint() const override { return {760, 320}; }

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void onSessionChanged();
    void onMessageSelected();
    void onDataGrew();
    void ask(Seq seq);
    void present(Transcript transcript);
    void showCall(std::ptrdiff_t call);
    void showPage(bool keepsPlace);
    void pickCall(int row);
    void step(int direction);
    void follow(const QUrl& link);
    void findAgain(bool isBackward);
    void markMatches();
    void fillCopyMenu(QMenu* menu);
    void editPrices();
    void updateNote();
    void arrange();

    PaneHeader* m_header;
    QLineEdit* m_search;
    QLabel* m_found;
    QToolButton* m_onlyNew;
    QWidget* m_body;
    QSplitter* m_across;
    CallList* m_calls;
    QTextBrowser* m_page;
    EmptyNote* m_note;

    std::shared_ptr<const Transcript> m_transcript;
    std::ptrdiff_t m_current = -1;
    QSet<QString> m_unfolded; ///< of the current call
    Seq m_asked = 0;
    bool m_isStale = false; ///< something was selected while nobody looked
    int m_matches = 0;
    QElapsedTimer m_sinceAsked;
    QString m_failure;
    LatestJob m_job;
    LatestJob m_prices;
};

} // namespace murmur
