/**
 * Changed rows of a table, delivered by a Tablestore trigger; the same on FC 2.0 and FC 3.0.
 *
 * The trigger sends CBOR, not JSON, so `event.json()` throws on what it delivers:
 * decode the event's bytes with a CBOR library and apply this type to the result.
 * Only test events typed into the console are JSON.
 */
export interface TablestoreEvent {
  /** Version of the payload, `Sync-v1`. */
  Version: string;
  Records: TablestoreRecord[];
}

/** One changed row. */
export interface TablestoreRecord {
  Type: "PutRow" | "UpdateRow" | "DeleteRow";
  /** `Timestamp` is when the row was last modified: Unix time, in microseconds in the published sample. */
  Info: { Timestamp: number };
  PrimaryKey: {
    ColumnName: string;
    /** Never a boolean or a double. */
    Value: TablestoreValue;
  }[];
  Columns: TablestoreColumn[];
}

/** One changed attribute column of a row; every published sample is a `Put`, so the last two properties are certain only there. */
export interface TablestoreColumn {
  Type: "Put" | "DeleteOneVersion" | "DeleteAllVersions";
  ColumnName: string;
  Value?: TablestoreValue;
  /** When the column was last modified: Unix time, in milliseconds in the published sample. */
  Timestamp?: number;
}

/**
 * A column's value after decoding: an integer or double, a string, a boolean, or a blob.
 *
 * Integers have 64 bits: CBOR decoders give those beyond `Number.MAX_SAFE_INTEGER` as `bigint`.
 */
export type TablestoreValue = number | bigint | string | boolean | Uint8Array;
