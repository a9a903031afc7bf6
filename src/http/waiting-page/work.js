const data = JSON.parse(document.getElementById('data').textContent);
const joins = document.getElementById('joins');
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));

/** Tries counters until a derived key begins as asked (ALTCHA, version 2). */
async function solved({ nonce, salt, cost, keyLength, keyPrefix }) {
  const password = new Uint8Array([...unhex(nonce), 0, 0, 0, 0]);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt: unhex(salt), iterations: cost };
  for (let counter = 0; ; counter++) {
    new DataView(password.buffer).setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const derivedKey = hex(new Uint8Array(await crypto.subtle.deriveBits(derivation, key, keyLength * 8)));
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
}

async function prove() {
  if (joins) joins.hidden = true;
  const { challenge } = await (await fetch(data.challenge)).json();
  const body = JSON.stringify({ challenge, solution: await solved(challenge.parameters) });
  const { ok } = await fetch(data.challenge, { method: 'POST', body });
  if (!ok) throw new Error('the solution was refused');
  location.reload();
}

prove().catch(() => setTimeout(() => location.reload(), data.askAgainMs));
