import type { SubstrateDriver } from './driver.ts';

/** An event of a block, as the runtime has deposited it. */
export interface SubstrateEvent {
  /** Index among the events of the block. */
  index: number;
  /** Index of the extrinsic in which it stands; undefined for one that the block itself made. */
  extrinsic?: number;
  /** Name of the pallet in the runtime, for example `Balances`. */
  pallet: string;
  name: string;
  /** By name; by place in events of older runtimes, which do not name them. */
  fields: Readonly<Record<string, unknown>> | readonly unknown[];
}

/** How one version of a runtime encodes the events of a block. */
export interface EventCodec {
  /** Storage key of `System.Events`. */
  key: string;
  /** Reads the events, hex. Throws if the bytes are not those of a whole block. */
  decode(bytes: string): SubstrateEvent[];
}

/** By the metadata of the runtime, hex. Throws if its version is below 14, before which it does not describe its types. */
export function eventCodec({ bindings, builders }: SubstrateDriver, metadata: string): EventCodec {
  const lookup = builders.getLookupFn(bindings.unifyMetadata(bindings.decAnyMetadata(metadata)));
  const { keys, value } = builders.getDynamicBuilder(lookup).buildStorage('System', 'Events');
  return {
    key: keys.enc(),
    decode(bytes) {
      const records: unknown = value.dec(bytes);
      if (!Array.isArray(records)) throw new TypeError('Not a list of events');
      return checkedOrder(records.map(readEvent));
    },
  };
}

interface Variant {
  type: string;
  value: unknown;
}

function readEvent(record: { phase: Variant; event: Variant & { value: Variant } }, index: number): SubstrateEvent {
  const { phase, event } = record;
  const fields = event.value.value;
  return {
    index,
    ...(phase.type === 'ApplyExtrinsic' && { extrinsic: phase.value as number }),
    pallet: event.type,
    name: event.value.type,
    fields: typeof fields === 'object' && fields !== null ? (fields as SubstrateEvent['fields']) : {},
  };
}

/**
 * Every extrinsic of a block ends with its outcome, and one follows upon the other: bytes that are cut short, or read by the types
 * of another runtime, do not look so.
 */
function checkedOrder(events: SubstrateEvent[]): SubstrateEvent[] {
  let ended = 0;
  for (const event of events) {
    if (!isOutcome(event)) continue;
    if (event.extrinsic !== ended) throw new TypeError('Not the events of a whole block');
    ended += 1;
  }
  if (ended === 0) throw new TypeError('Not the events of a whole block');
  return events;
}

/** Whether the event says how its extrinsic ended. */
export function isOutcome({ pallet, name }: SubstrateEvent): boolean {
  return pallet === 'System' && (name === 'ExtrinsicSuccess' || name === 'ExtrinsicFailed');
}
