/**
 * Looks again and again until `holds`: tests wait for what they need, never for as long as it might take.
 * @param withinMs - after that long it fails: generous, since the machine may be busy
 * @returns how long it took, in milliseconds
 */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<number> {
  const beganMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - beganMs > withinMs) throw new Error(`It did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - beganMs;
}
