// Signs in with openid-client. What only a person or a browser can do, it asks for on standard output, one line each.

import { createInterface } from 'node:readline/promises';
import * as client from 'openid-client';

const [portal, way] = process.argv.slice(2);
const redirect_uri = 'http://127.0.0.1:5123/callback';
const scope = 'openid email devices';
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const ask = async question => {
  console.log(JSON.stringify(question));
  return (await lines.next()).value;
};

const config = await client.discovery(new URL(portal), 'demo-windows', undefined, client.None(), {
  execute: [client.allowInsecureRequests], // the portal of the test is on this computer
});

async function withBrowser() {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const code_challenge = await client.calculatePKCECodeChallenge(verifier);
  const wishes = { redirect_uri, scope, state, nonce, code_challenge, code_challenge_method: 'S256', max_age: '3600' };
  const answer = await ask({ open: client.buildAuthorizationUrl(config, wishes) });
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 3600 };
  return client.authorizationCodeGrant(config, new URL(answer), { ...checks, idTokenExpected: true });
}

async function withCode() {
  const device = await client.initiateDeviceAuthorization(config, { scope, device_name: 'Node' });
  await ask({ confirm: device.user_code });
  return client.pollDeviceAuthorizationGrant(config, device);
}

const first = await (way === 'device' ? withCode() : withBrowser());
const sub = first.claims()?.sub ?? client.skipSubjectCheck;
const second = await client.refreshTokenGrant(config, first.refresh_token);
const { email } = await client.fetchUserInfo(config, second.access_token, sub);
const old = await client.fetchUserInfo(config, first.access_token, sub).then(() => 'works', () => 'dead');
await client.tokenRevocation(config, second.refresh_token);
const late = await client.refreshTokenGrant(config, second.refresh_token).catch(error => error.error);
await ask({ email, old, late });
process.exit(0);
