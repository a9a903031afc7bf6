/** What an answer of the service, or the lack of one, says about how much more it can take. */
export type Health =
  /** It was served, whatever the answer says. */
  | 'success'
  /** It was too much for the service: turned away, or not answered in time. */
  | 'dropped'
  /** It says nothing about room: the client left, or the service failed for a reason of its own. */
  | 'ignored';

/** Statuses by which a service, or what stands in front of it, says that it has no room (RFC 9110, RFC 6585). */
const NO_ROOM: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** A failure such as 500 comes fast and for reasons of its own: it is no measure of room, and no success either. */
export function healthOfStatus(status: number): Health {
  if (NO_ROOM.has(status)) return 'dropped';
  return status >= 500 ? 'ignored' : 'success';
}
