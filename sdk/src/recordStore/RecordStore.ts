/**
 * Durable text by key, for programs that have to know after a crash what they were doing. A write is whole or not at all, and on
 * disk when its promise resolves.
 */
export interface RecordStore {
  read(key: string): Promise<string | undefined>;
  /** All records whose keys begin so, in ascending order of their keys. */
  list(prefix: string): Promise<[key: string, value: string][]>;
  /** Writes several records in one step; undefined removes one. */
  write(changes: Readonly<Record<string, string | undefined>>): Promise<void>;
}
