import type { Harness } from './harness-config';

/** A host that serves. */
export interface RunningHost {
  /** Without a slash at the end. */
  url: string;
  /** Stops taking requests, finishes those in hand and gives everything back. */
  close(): Promise<void>;
}

export interface StartHost {
  (harness: Harness, options: { port: number; broken: string | undefined }): Promise<RunningHost>;
}

export const LISTEN_ADDRESS = '127.0.0.1';
