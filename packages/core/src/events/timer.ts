/**
 * A time trigger fired; the same on FC 2.0 and FC 3.0.
 *
 * @example
 * // `payload` is text even when the trigger message was written as JSON.
 * const job = JSON.parse(event.json<TimerEvent>().payload);
 */
export interface TimerEvent {
  /** When the function was triggered: ISO 8601 in UTC, to the second. */
  triggerTime: string;
  triggerName: string;
  /** The trigger message from the trigger's configuration, unparsed. */
  payload: string;
}
