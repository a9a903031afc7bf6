/** An issuer of tokens, as your sign-in may be one: keys at /.well-known/jwks.json, and a token for whoever asks. */
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const { publicKey, privateKey } = await generateKeyPair('ES256');
const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }];

const tokenFor = (user, seconds) =>
  new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setSubject(user)
    .setIssuer('http://127.0.0.1:3002')
    .setAudience('claims')
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(privateKey);

const server = createServer(async (req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://issuer');
  if (pathname === '/.well-known/jwks.json') {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  } else if (pathname === '/token') {
    res.end(await tokenFor(searchParams.get('user'), Number(searchParams.get('seconds') ?? 300)));
  } else {
    res.writeHead(404).end();
  }
});

server.listen(3002, '127.0.0.1', () => console.log('issuer ready'));
