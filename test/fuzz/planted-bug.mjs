/** A fault behind three branches, which a sensible number of random inputs does not pass at once: only step by step. */
export function fuzz(bytes) {
  if (bytes[0] !== 0x42) return;
  if (bytes[1] !== 0x55) return;
  if (bytes[2] === 0x47) throw new Error('the planted bug');
}

export const seeds = [Buffer.from('bu')];
