/** What knows who is signed in, as your application may have it: a session's cookie in, a field with the user out. */
import { createServer } from 'node:http';

const USERS = new Map([
  ['s-alice', 'alice'],
  ['s-ben', 'ben'],
]);

const server = createServer((req, res) => {
  const session = /(?:^|; )session=([^;]*)/.exec(req.headers.cookie ?? '')?.[1];
  const user = USERS.get(session);
  // Nobody known is no error here: Spillway answers who may not claim, and everybody may see the line.
  res.writeHead(204, user === undefined ? {} : { 'x-user-id': user }).end();
});

server.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => console.log('sessions ready'));
