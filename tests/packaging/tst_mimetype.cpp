// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QMimeDatabase>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

using namespace Qt::StringLiterals;

class tst_mimetype : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aRecordingIsKnownByItsContentAlone();
    void anotherDatabaseIsNotTakenForOne();
    void aRecordingIsKnownByItsName();

private:
    QString database(const QString& name, const char* statements);
    QTemporaryDir m_home;
    QTemporaryDir m_files;
};

void tst_mimetype::initTestCase()
{
    QVERIFY(m_home.isValid() && m_files.isValid());
    QVERIFY(QDir(m_home.path()).mkpath(u"mime/packages"_s));
    QVERIFY(QFile::copy(QStringLiteral(MURMUR_PACKAGING_DIR) +
                            u"/org.murmurscope.Murmurscope.mime.xml"_s,
                        m_home.filePath(u"mime/packages/org.murmurscope.Murmurscope.xml"_s)));
    // Beside the standard types in one place, as after an installation: types are weighed against
    // each other within one cache only.
    QVERIFY2(QFile::copy(u"/usr/share/mime/packages/freedesktop.org.xml"_s,
                         m_home.filePath(u"mime/packages/freedesktop.org.xml"_s)),
             "shared-mime-info is not installed");
    QCOMPARE(QProcess::execute(u"update-mime-database"_s, {m_home.filePath(u"mime"_s)}), 0);
    // Before the first QMimeDatabase: it reads the places once.
    qputenv("XDG_DATA_HOME", QFile::encodeName(m_home.path()));
    qputenv("XDG_DATA_DIRS", QFile::encodeName(m_home.path()));
}

QString tst_mimetype::database(const QString& name, const char* statements)
{
    const QString path = m_files.filePath(name);
    sqlite3* handle = nullptr;
    if (sqlite3_open(path.toUtf8().constData(), &handle) == SQLITE_OK)
        sqlite3_exec(handle, statements, nullptr, nullptr, nullptr);
    sqlite3_close(handle);
    return path;
}

void tst_mimetype::aRecordingIsKnownByItsContentAlone()
{
    const QString path =
        database(u"night"_s, "PRAGMA application_id = 0x4D55524D; CREATE TABLE meta (key, value)");
    QCOMPARE(QMimeDatabase().mimeTypeForFile(path).name(), u"application/x-murmur-recording"_s);
}

void tst_mimetype::anotherDatabaseIsNotTakenForOne()
{
    const QString path = database(u"cookies"_s, "CREATE TABLE cookie (key, value)");
    QVERIFY(QMimeDatabase().mimeTypeForFile(path).name() != u"application/x-murmur-recording"_s);
}

void tst_mimetype::aRecordingIsKnownByItsName()
{
    const QMimeType type =
        QMimeDatabase().mimeTypeForFile(u"warehouse.murmur"_s, QMimeDatabase::MatchExtension);
    QCOMPARE(type.name(), u"application/x-murmur-recording"_s);
}

QTEST_GUILESS_MAIN(tst_mimetype)
#include "tst_mimetype.moc"
