/** The admin API, with the token of whoever has signed in. */

const KEY = 'spillway-token';

export const token = {
  get: () => sessionStorage.getItem(KEY),
  set: (text) => sessionStorage.setItem(KEY, text),
  forget: () => sessionStorage.removeItem(KEY),
};

/** @returns status, ETag and what was said; status 0 where nobody answers */
export async function call(method, path, { body, headers = {} } = {}) {
  const sent = { Authorization: `Bearer ${token.get()}`, ...headers };
  if (body !== undefined) sent['Content-Type'] = 'application/json';
  try {
    const response = await fetch(`/admin/v1${path}`, {
      method,
      headers: sent,
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, etag: response.headers.get('etag'), said: await response.json() };
  } catch {
    return { status: 0, etag: null, said: { detail: 'The gateway does not answer.' } };
  }
}

/**
 * Reads the one stream of events until it ends. EventSource cannot send a token, so it is read by hand.
 * @returns the status that began it; 0 where nobody answers
 */
export async function follow(onEvent, signal) {
  let response;
  try {
    response = await fetch('/admin/v1/live', { headers: { Authorization: `Bearer ${token.get()}` }, signal });
    if (response.status !== 200) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let unread = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return response.status;
      unread += value;
      const events = unread.split('\n\n');
      unread = events.pop();
      for (const event of events) {
        const [name, data] = event.split('\n');
        onEvent(name.slice('event: '.length), JSON.parse(data.slice('data: '.length)));
      }
    }
  } catch {
    return response?.status ?? 0;
  }
}
