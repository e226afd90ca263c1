// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// An operator, an account and a user of NATS: node natscreds.mjs FOLDER
// Writes accounts.conf, which a server includes, and user.creds, with which a client logs in.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import nkeys from "nkeys.js";

const [folder] = process.argv.slice(2);
const text = (bytes) => new TextDecoder().decode(bytes);
const coded = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const signed = (issuer, subject, name, nats) => {
  const claims = {
    jti: createHash("sha256").update(name).digest("hex"),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name,
    sub: subject.getPublicKey(),
    nats: { version: 2, ...nats },
  };
  const body = `${coded({ typ: "JWT", alg: "ed25519-nkey" })}.${coded(claims)}`;
  return `${body}.${Buffer.from(issuer.sign(new TextEncoder().encode(body))).toString("base64url")}`;
};

const operator = nkeys.createOperator();
const account = nkeys.createAccount();
const user = nkeys.createUser();
const unlimited = { subs: -1, conn: -1, leaf: -1, imports: -1, exports: -1, data: -1, payload: -1, wildcards: true };
const accountJwt = signed(operator, account, "swarm", { type: "account", limits: unlimited });
const userJwt = signed(account, user, "robot", { type: "user", subs: -1, data: -1, payload: -1 });

writeFileSync(
  path.join(folder, "accounts.conf"),
  `operator: ${signed(operator, operator, "test", { type: "operator" })}
resolver: MEMORY
resolver_preload: { ${account.getPublicKey()}: ${accountJwt} }
`,
);
writeFileSync(
  path.join(folder, "user.creds"),
  `-----BEGIN NATS USER JWT-----
${userJwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${text(user.getSeed())}
------END USER NKEY SEED------
`,
);
