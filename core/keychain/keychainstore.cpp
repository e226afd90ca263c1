// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "keychain/keychainstore.h"

#include <QPromise>

#if MURMUR_HAS_KEYCHAIN
#include <qt6keychain/keychain.h>
#endif

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

#if MURMUR_HAS_KEYCHAIN

const QString kService = u"murmurscope"_s;

Error errorOf(const QKeychain::Job& job)
{
    switch (job.error()) {
    case QKeychain::EntryNotFound:
        return {ErrorCode::NotFound, u"The keychain holds nothing under that name."_s};
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return {ErrorCode::Unreadable,
                u"The keychain did not let us in: unlock it and try again."_s};
    case QKeychain::NoError:
    case QKeychain::CouldNotDeleteEntry:
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
    case QKeychain::OtherError:
        break;
    }
    // What the library says is often no more than "Unknown error".
    const QString why =
        job.error() == QKeychain::OtherError && !job.errorString().startsWith("Unknown"_L1)
            ? u" (%1)"_s.arg(job.errorString())
            : QString();
    return {ErrorCode::Unreadable,
            u"No keychain can be used here%1: unlock one, or keep the secret in a file or a "
            "variable of the environment."_s.arg(why)};
}

/// Starts `job`, which deletes itself, and tells how it went; `take` gets the value out of it.
template<typename T, typename Take>
QFuture<Result<T>> run(QKeychain::Job* job, const QString& name, Take take)
{
    auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    // A keychain that fails must not become a plain text file.
    job->setInsecureFallback(false);
    job->setKey(name);
    QObject::connect(job, &QKeychain::Job::finished, job, [promise, take](QKeychain::Job* done) {
        promise->addResult(take(*done));
        promise->finish();
    });
    job->start();
    return promise->future();
}

class Keychain : public SecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString& name) override
    {
        return run<QByteArray>(
            new QKeychain::ReadPasswordJob(kService), name,
            [](QKeychain::Job& job) -> Result<QByteArray> {
                if (job.error() != QKeychain::NoError)
                    return errorOf(job);
                return static_cast<QKeychain::ReadPasswordJob&>(job).textData().toUtf8();
            });
    }
    QFuture<Status> write(const QString& name, const QByteArray& secret) override
    {
        auto* job = new QKeychain::WritePasswordJob(kService);
        job->setTextData(QString::fromUtf8(secret));
        return run<Done>(job, name, [](QKeychain::Job& done) -> Status {
            if (done.error() != QKeychain::NoError)
                return errorOf(done);
            return Done{};
        });
    }
    QFuture<Status> remove(const QString& name) override
    {
        return run<Done>(
            new QKeychain::DeletePasswordJob(kService), name, [](QKeychain::Job& done) -> Status {
                if (done.error() != QKeychain::NoError && done.error() != QKeychain::EntryNotFound)
                    return errorOf(done);
                return Done{};
            });
    }
};

#else

class Keychain : public SecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString&) override
    {
        return QtFuture::makeReadyFuture<Result<QByteArray>>(none());
    }
    QFuture<Status> write(const QString&, const QByteArray&) override
    {
        return QtFuture::makeReadyFuture<Status>(none());
    }
    QFuture<Status> remove(const QString&) override
    {
        return QtFuture::makeReadyFuture<Status>(none());
    }

private:
    static Error none()
    {
        return {ErrorCode::Unsupported, u"This build has no keychain: keep the secret in a file or "
                                        "a variable of the environment."_s};
    }
};

#endif

} // namespace

std::unique_ptr<SecretStore> createKeychain()
{
    return std::make_unique<Keychain>();
}

} // namespace murmur
