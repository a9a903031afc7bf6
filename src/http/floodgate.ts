/** What keeps the gateway from drowning. */
import type { Room } from '../overload/room.js';
import type { Shedder } from '../overload/shedder.js';

export interface Floodgate {
  readonly shedder: Shedder;
  readonly room: Room;
}
