// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "incidentguide.h"
#include "studiosession.h"
#include "support/recorded.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/findings/findingsfeed.h"
#include "views/findings/findingsview.h"
#include "views/findings/incidentbanner.h"
#include "workspace.h"

#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Numbered messages, of which three never came.
std::vector<Said> withHole()
{
    std::vector<Said> all;
    for (int i = 1; i <= 200; ++i) {
        if (i < 60 || i > 62)
            all.push_back({i * 100ms, "state",
                           "{\"from\":\"robot-1\",\"sequence\":" + QByteArray::number(i) +
                               ",\"kind\":\"event\",\"payload\":{\"n\":1}}"});
    }
    return all;
}

} // namespace

class TestIncidentGuide : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void theIdOfAFindingLeadsToIt()
    {
        QTemporaryDir dir;
        Recorded recorded(withHole());
        QVERIFY(recorded.waitForAll());
        recorded.close();
        SharedView shared;
        StudioSession session(&shared, dir.filePath(u"recordings"_s));
        Workspace workspace({&shared});
        IncidentGuide guide(&shared, &session, &workspace, nullptr);
        const std::unique_ptr<QWidget> banner(guide.banner());
        session.open(recorded.path());
        auto* findings = qobject_cast<FindingsView*>(workspace.view(u"findings"));
        QTRY_VERIFY_WITH_TIMEOUT(!findings->feed()->report().findings.empty(), 20'000);
        QTRY_VERIFY(shared.selectedMessage() != 0); // it begins at its incident
        const Finding finding = findings->feed()->report().findings.front();
        const QString id = QString::fromStdString(findingIdText(finding.id));
        for (const QString& text : {u"finding:"_s + id.left(6), id, id.left(5).toUpper()}) {
            shared.showAll();
            shared.selectMessage(0);
            const QString said = guide.showFinding(text);
            QVERIFY2(said.contains(id), qPrintable(said));
            QCOMPARE(shared.selectedMessage(), finding.messages.front());
            QVERIFY(shared.window().contains(fromNs(finding.start)));
        }
        shared.selectMessage(0);
        QVERIFY(guide.showFinding(u"finding:fffffffff0"_s).contains(u"no finding"_s));
        QVERIFY(guide.showFinding(u"planner"_s).isEmpty());
        QVERIFY(guide.showFinding(u"12"_s).isEmpty());
        QCOMPARE(shared.selectedMessage(), Seq(0));
        session.close();
    }
};

QTEST_MAIN(TestIncidentGuide)
#include "tst_incidentguide.moc"
