import http from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import request from 'supertest';
import { createApplication, createPrelinkedServer } from '../../src/http/express-app.js';

declare module 'express-serve-static-core' {
  interface Request {
    shout?(): string;
  }
}

const servers: http.Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done)))));

function serve(server: http.Server): Promise<http.Server> {
  servers.push(server);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** An application that uses what Express offers; built anew for each server. */
function sampleApplication(): Express {
  const app = express();
  app.set('trust proxy', 'loopback');
  app.use(helmet());
  app.get('/json', (req, res) => void res.json({ ip: req.ip, ips: req.ips, host: req.hostname, query: req.query }));
  app.get('/type', (req, res) => void res.type('text').send(`${req.accepts(['json', 'html'])} ${req.protocol}`));
  app.get('/send', (_req, res) => void res.status(201).set('X-A', 'b').cookie('c', 'd').send('sent'));
  app.get('/move', (_req, res) => res.redirect('/json'));
  app.get('/throw', () => {
    throw new Error('broken');
  });
  app.get('/reject', async () => Promise.reject(new Error('rejected')));
  app.post('/body', express.json(), (req, res) => void res.json(req.body));
  const router = express.Router();
  router.get('/:id', (req, res) => void res.json({ id: req.params.id, base: req.baseUrl }));
  app.use('/router', router);
  const mounted = express();
  mounted.set('etag', false);
  mounted.get(
    '/here',
    (req, res) => void res.json({ own: req.app === mounted, ip: req.ip, etag: req.app.get('etag') }),
  );
  mounted.get('/on', (_req, _res, next) => next());
  app.use('/mounted', mounted);
  app.get('/mounted/on', (req, res) => void res.json({ outer: req.app === app && res.app === app }));
  app.use(
    (fault: Error, _req: Request, res: Response, _next: NextFunction) => void res.status(500).send(fault.message),
  );
  return app;
}

const variable = new Set(['date', 'connection', 'keep-alive']);
const fixed = (headers: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !variable.has(name)));

describe('the prelinked server', () => {
  it.each([
    ['GET', '/json?a=1&b[]=2'],
    ['GET', '/type'],
    ['GET', '/send'],
    ['GET', '/move'],
    ['GET', '/throw'],
    ['GET', '/reject'],
    ['GET', '/router/7'],
    ['GET', '/mounted/here'],
    ['GET', '/mounted/on'],
    ['GET', '/missing'],
    ['HEAD', '/json'],
    ['OPTIONS', '/json'],
    ['POST', '/body'],
  ])('answers %s %s as plain Express does', async (method, path) => {
    const plain = await serve(http.createServer(sampleApplication()));
    const linked = await serve(createPrelinkedServer(sampleApplication()));
    const [expected, actual] = await Promise.all(
      [plain, linked].map((server) => {
        const call =
          method === 'POST'
            ? request(server)
                .post(path)
                .send({ a: [1] })
            : request(server)[lower(method)](path);
        return call
          .redirects(0)
          .set('X-Forwarded-For', '192.0.2.9')
          .set('Host', 'shop.example')
          .set('Accept', 'text/html');
      }),
    );
    expect(actual?.status).toBe(expected?.status);
    expect(actual?.text).toBe(expected?.text);
    expect(fixed(actual?.headers ?? {})).toEqual(fixed(expected?.headers ?? {}));
  });

  it('hands Express requests and responses whose prototype it need not change', async () => {
    const app = createApplication();
    const server = createPrelinkedServer(app);
    const seen: boolean[] = [];
    server.prependListener('request', (req, res) => {
      seen.push(Object.getPrototypeOf(req) === app.request, Object.getPrototypeOf(res) === app.response);
    });
    app.use((_req, res) => void res.end());
    await request(await serve(server)).get('/');
    expect(seen).toEqual([true, true]);
  });

  it('shows what is added to app.request later, also to an application mounted before', async () => {
    const app = createApplication();
    const mounted = express();
    mounted.get('/', (req, res) => void res.send(req.shout?.() ?? 'nothing'));
    app.use('/in', mounted);
    const server = createPrelinkedServer(app);
    app.request.shout = () => 'added';
    app.get('/out', (req, res) => void res.send(req.shout?.() ?? 'nothing'));
    await serve(server);
    expect((await request(server).get('/in')).text).toBe('added');
    expect((await request(server).get('/out')).text).toBe('added');
  });

  it('leaves the prototypes of other applications and of Node alone', () => {
    const before = Reflect.ownKeys(http.IncomingMessage.prototype);
    const app = createApplication();
    createPrelinkedServer(app);
    expect(Reflect.ownKeys(http.IncomingMessage.prototype)).toEqual(before);
    expect(Object.getPrototypeOf(express().request)).toBe(express.request);
    expect(Object.hasOwn(express.request, 'app')).toBe(false);
  });

  it('adds no field of its own to an answer', async () => {
    const app = createApplication();
    app.get('/', (_req, res) => void res.end('x'));
    const answer = await request(await serve(createPrelinkedServer(app))).get('/');
    expect(Object.keys(fixed(answer.headers))).toEqual(['content-length']);
  });
});

function lower(method: string): 'get' | 'head' | 'options' {
  return method.toLowerCase() as 'get' | 'head' | 'options';
}
