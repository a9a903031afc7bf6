/** What the embedded store says of itself at the end of a call. */
import type { ExchangeCall, PaceView, StoreView } from './exchange.js';
import type { MemoryState } from './memory-state.js';

export function viewOf(
  store: MemoryState,
  { settings, gateway, known }: ExchangeCall,
  nowUs: number,
  loss: boolean,
  ticked: boolean,
): StoreView {
  const { line, book, slotTable, seats, door } = store;
  const inUse = slotTable.inUse(nowUs);
  return {
    nowUs,
    lineMs: line.lineMs(nowUs),
    epoch: line.epoch,
    generation: line.generation,
    heads: [line.heads[0], line.heads[1]],
    tails: [line.tails[0], line.tails[1]],
    lapsed: [line.lapsed[0], line.lapsed[1]],
    doorTat: door.tat,
    doorIntervalNs: door.rate.intervalNs,
    atDoor: line.atDoor,
    show: line.caller.show,
    callsPerSecond: line.caller.callsPerSecond,
    gateways: slotTable.alive(nowUs),
    taken: slotTable.taken(gateway),
    slotsInUse: inUse,
    loss,
    ticked,
    claims: book.view(settings.claims, nowUs, inUse),
    settingsRevision: store.settingsRevision,
    gaps: line.gaps.all,
    lottery: line.lottery,
    pace: paceView(store),
    seats: settings.sessions === null ? 0 : seats.taken,
    sessionsEndedUs: seats.endedUs,
    sessionEnds: settings.sessions === null ? [] : seats.endsSince(known.endsUs),
  };
}

function paceView({ pace }: MemoryState): PaceView {
  const { rateMilli, revision, restUntilUs } = pace;
  return { rateMilli, revision, restUntilUs };
}
