import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/kernel/clock.js';
import { Connections } from '../../src/wire/connections.js';
import { Connector, type ConnectorTls } from '../../src/wire/connector.js';
import { turns } from '../proxy/raw-upstream.js';
import { Asking, GET, OK } from './wire-kit.js';

const file = (name: string): Buffer => readFileSync(new URL(`../support/tls/${name}`, import.meta.url));
const closing: Array<() => void> = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

/** A service that answers once on each connection, and notes which of them went on from an earlier one. */
async function service(): Promise<{ url: string; resumed: boolean[]; names: Array<string | false> }> {
  const [resumed, names] = [[] as boolean[], [] as Array<string | false>];
  const server = createServer({ cert: file('server.pem'), key: file('server.key') }, (socket: TLSSocket) => {
    resumed.push(socket.isSessionReused());
    names.push((socket as TLSSocket & { servername: string | false }).servername);
    socket.on('error', () => {});
    socket.once('data', () => socket.end(OK.replace('Content', 'Connection: close\r\nContent')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, resumed, names };
}

const TRUSTED = { ca: file('ca.pem'), cert: undefined, key: undefined };

function towards(url: string, tls: ConnectorTls = { pem: TRUSTED, serverName: null }): Connections {
  const connections = new Connections(new Connector(url, tls), { most: 4, connectMs: 2000 }, systemClock);
  closing.push(() => connections.destroy());
  return connections;
}

async function ask(connections: Connections): Promise<Asking> {
  const asking = new Asking();
  connections.dispatch(GET, asking);
  await asking.over;
  return asking;
}

describe('Connector with TLS', () => {
  it('goes on where the last connection left off, until its certificates are renewed', async () => {
    const { url, resumed } = await service();
    const tls = { pem: TRUSTED, serverName: null };
    const connections = towards(url, tls);
    for (let round = 0; round < 3; round++) expect(await ask(connections)).toMatchObject({ fault: null, body: 'ok' });
    expect(resumed).toEqual([false, true, true]);
    tls.pem = { ...TRUSTED };
    await ask(connections);
    expect(resumed).toEqual([false, true, true, false]);
  });

  it('gives answers of many records in order, however often their taker pauses, and to their end', async () => {
    const total = 300_000;
    const bytes = Buffer.from(Array.from({ length: total }, (_, at) => 97 + (at % 26)));
    const server = createServer({ cert: file('server.pem'), key: file('server.key') }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
        for (let at = 0; at < total; at += 5000) socket.write(bytes.subarray(at, at + 5000));
        socket.end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    const asking = new Asking();
    asking.wantsMore = false;
    towards(`https://127.0.0.1:${(server.address() as AddressInfo).port}`).dispatch(GET, asking);
    for (let resumed = 0; !asking.isOver && resumed < 10_000; resumed++) {
      await turns(1);
      expect(asking.pieces).toBeLessThanOrEqual(resumed + 1);
      asking.carrier?.resume(asking);
    }
    expect(asking.fault).toBeNull();
    expect(asking.body).toBe(bytes.toString('latin1'));
  });

  it('names the host that it was told to expect, and no address', async () => {
    const { url, names } = await service();
    await ask(towards(url));
    await ask(towards(url, { pem: TRUSTED, serverName: 'localhost' }));
    expect(names).toEqual([false, 'localhost']);
  });

  it('sends nothing to a service whose certificate is not for it, or from nobody that it trusts', async () => {
    const { url } = await service();
    const other = await ask(towards(url, { pem: TRUSTED, serverName: 'other.test' }));
    expect(other.fault).toMatchObject({ kind: 'unconnected', detail: expect.stringContaining('ERR_TLS_CERT') });
    const nobody = { ca: undefined, cert: undefined, key: undefined };
    const stranger = await ask(towards(url, { pem: nobody, serverName: null }));
    expect(stranger.fault).toMatchObject({ kind: 'unconnected' });
    expect([other.carrier, stranger.carrier]).toEqual([null, null]);
  });
});
