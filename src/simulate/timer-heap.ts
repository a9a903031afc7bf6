/** Timers of a clock that is not the machine's, by their time and then by their making: a binary heap. */
export interface Timed {
  readonly atUs: number;
  /** In order of making. */
  readonly order: number;
}

export class TimerHeap<T extends Timed> {
  readonly #heap: T[] = [];

  /** The timer that is due first; undefined when there is none. */
  get first(): T | undefined {
    return this.#heap[0];
  }

  push(due: T): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0 && before(due, heap[(at - 1) >> 1]!)) {
      heap[at] = heap[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    heap[at] = due;
  }

  /** Takes away the timer that is due first. */
  pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Timed, b: Timed): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
