/** What to do about an address that cannot be listened on. */
const CURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process has it: stop that one, or choose another port',
  EACCES: 'this user may not take it: choose a port above 1023, or grant the right to',
  EADDRNOTAVAIL: 'this machine has no such address: correct the host',
};

const LISTENING = new Set(['listen', 'bind']);

/** @returns a sentence for the operator; null when the fault is of another kind */
export function listenFault(fault: unknown): string | null {
  // A worker asks its primary for the address, and is told of a failure to bind.
  if (!(fault instanceof Error) || !('syscall' in fault) || !LISTENING.has(String(fault.syscall))) return null;
  const { code, address, port } = fault as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
  };
  const cure = CURES[code ?? ''] ?? fault.message;
  return `Cannot listen on ${address}:${port}: ${cure} (server.port, admin.port; SPILLWAY_SERVER_PORT, SPILLWAY_ADMIN_PORT).`;
}
