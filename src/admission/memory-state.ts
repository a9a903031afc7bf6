/** What the embedded store keeps of a campaign from one call to the next. */
import type { MemoryBuckets } from '../buckets/memory-buckets.js';
import type { MemoryBook } from '../claims/memory-book.js';
import type { PaceState } from '../overload/pace-law.js';
import type { MemoryLine } from '../waiting-room/memory-line.js';
import type { MemoryDoor } from './memory-door.js';
import type { MemorySeats } from './memory-seats.js';
import type { MemorySlots } from './memory-slots.js';

export interface MemoryState {
  readonly line: MemoryLine;
  readonly book: MemoryBook;
  readonly buckets: MemoryBuckets;
  readonly slotTable: MemorySlots;
  readonly door: MemoryDoor;
  readonly seats: MemorySeats;
  /** Of the operators' settings. */
  readonly settingsRevision: number;
  readonly pace: PaceState;
}
