/** What the primary process and its workers say to each other. */
import type { MetricsSnapshot } from '../metrics/exposition.js';
import type { ReadinessReport } from './readiness.js';

export type ToWorker =
  /** What to serve, once, before anything else. */
  | {
      readonly kind: 'begin';
      readonly worker: number;
      /** The text of the configuration file as the primary read and checked it. */
      readonly configText: string;
      /** Contents of the files that it names, in base64, as the primary read and checked them: secrets among them. */
      readonly files: Readonly<Record<string, string>>;
      /** Where the worker's own admin listener is: a socket in a folder that nobody else may enter. */
      readonly adminPath: string;
    }
  /** Drain; told again, wait for nobody. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'report'; readonly id: number };

export type ToPrimary =
  /** It runs, and listens to what it is told: what was said before is lost. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'ready'; readonly port: number }
  /** Could not start, for a reason that the operator can mend. */
  | { readonly kind: 'failed'; readonly problem: string }
  /** An operator told this worker to drain; it means the whole machine. */
  | { readonly kind: 'drain' }
  | { readonly kind: 'reported'; readonly id: number; readonly report: WorkerReport }
  /** The last counts before the end. */
  | { readonly kind: 'farewell'; readonly metrics: MetricsSnapshot };

export interface WorkerReport {
  readonly metrics: MetricsSnapshot;
  readonly readiness: ReadinessReport;
}

/** A worker as its primary sees it. */
export interface WorkerProcess {
  readonly pid: number;
  /** Never fails: to a process that is gone, nothing is said. */
  tell(message: ToWorker): void;
  onMessage(listener: (message: ToPrimary) => void): void;
  /** @param listener - told the exit status, or the signal that ended it */
  onExit(listener: (end: number | string) => void): void;
}

/** The primary as its worker sees it. */
export interface PrimaryProcess {
  /** Resolves when the message is on its way, or the primary is gone. */
  tell(message: ToPrimary): Promise<void>;
  onMessage(listener: (message: ToWorker) => void): void;
  /** The primary is gone: nobody will bring connections any more. */
  onLost(listener: () => void): void;
  /** Lets go of the primary, so that this process can end. */
  leave(): void;
}
