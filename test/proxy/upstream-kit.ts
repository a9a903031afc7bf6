/** Claims on their way to services that say exactly the bytes a test wants; whatever was opened is closed by `closeAll`. */
import type { Upstream, UpstreamRequest } from '../../src/proxy/upstream.js';
import { type RawUpstream, rawUpstream, upstreamFor } from './raw-upstream.js';
import { RecordingSink } from './recording-sink.js';

export const CLAIM: UpstreamRequest = {
  method: 'POST',
  path: '/claims?x=1',
  headers: ['Content-Type', 'application/json'],
  body: Buffer.from('{"a":1}'),
};
export const OK = 'HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nok';

export function upstreamKit() {
  const open: Array<{ close(): Promise<void> }> = [];
  const closeAll = async (): Promise<void> => {
    for (const one of open.splice(0).reverse()) await one.close();
  };
  const serve = async (onRequest: Parameters<typeof rawUpstream>[0]): Promise<RawUpstream> => {
    const raw = await rawUpstream(onRequest);
    open.push(raw);
    return raw;
  };
  const towards = (upstream: Upstream): Upstream => {
    open.push({ close: async () => upstream.destroy() });
    return upstream;
  };
  const claim = async (upstream: Upstream, request = CLAIM): Promise<RecordingSink> => {
    const sink = new RecordingSink();
    upstream.dispatch(request, sink);
    await sink.closed;
    return sink;
  };
  /** What becomes of a claim that the service meets with these bytes, and then possibly closes on. */
  const claimMeeting = async (bytes: string, close = false, request = CLAIM): Promise<RecordingSink> => {
    const raw = await serve((socket) => {
      if (close) socket.end(bytes, 'latin1');
      else socket.write(bytes, 'latin1');
    });
    return claim(towards(upstreamFor([raw.url])), request);
  };
  return { serve, towards, claim, claimMeeting, closeAll };
}
