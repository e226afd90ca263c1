// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "historygate.h"
#include "views/base/numbers.h"

#include <QMessageBox>
#include <QPushButton>

namespace murmur {

using namespace Qt::StringLiterals;

HistoryGate::HistoryGate(QWidget* window)
    : QObject(window)
    , m_window(window)
{
}

void HistoryGate::pass(const AttachWish& wish, std::function<void()> go)
{
    m_probe.reset();
    m_go = nullptr;
    std::vector<QUrl> windows = windowsAmong(wish.urls);
    if (windows.empty()) {
        go();
        return;
    }
    m_wish = wish;
    m_go = std::move(go);
    Q_EMIT noted(countText(static_cast<std::int64_t>(windows.size()),
                           tr("Asking what a window of the past holds …"),
                           tr("Asking what %1 windows of the past hold …")));
    m_probe = std::make_unique<HistoryProbe>(std::move(windows), wish.options);
    connect(m_probe.get(), &HistoryProbe::done, this, &HistoryGate::judge, Qt::QueuedConnection);
    m_probe->start();
}

void HistoryGate::judge(const HistoryExpectation& expectation)
{
    m_probe.reset();
    auto go = std::exchange(m_go, nullptr);
    if (!go)
        return;
    if (!expectation.isLarge()) {
        if (expectation.messages >= 0)
            Q_EMIT noted(tr("Reading %1.").arg(expectation.text()));
        go();
        return;
    }
    auto* question = new QMessageBox(QMessageBox::NoIcon, tr("Read the past"),
                                     tr("This window holds %1.").arg(expectation.text()),
                                     QMessageBox::Cancel, m_window);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setInformativeText(
        tr("What is read is recorded and shown while it comes. Reading can be cancelled at any "
           "time from the chip of the connection; what was read by then is kept."));
    auto* read = question->addButton(tr("&Read"), QMessageBox::AcceptRole);
    auto* narrow = question->addButton(tr("&Narrow …"), QMessageBox::ActionRole);
    question->button(QMessageBox::Cancel)->setIcon({});
    question->setDefaultButton(read);
    connect(question, &QMessageBox::buttonClicked, this,
            [this, read, narrow, go = std::move(go)](QAbstractButton* button) {
                if (button == read) {
                    go();
                } else if (button == narrow) {
                    QStringList urls;
                    for (const QUrl& url : m_wish.urls)
                        urls << shownUrl(url);
                    Q_EMIT narrowRequested(urls);
                }
            });
    question->open();
}

} // namespace murmur
