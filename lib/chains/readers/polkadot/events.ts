import type { Pieces } from '../../../util/turns.ts';
import type { SubstrateDriver } from './driver.ts';
import { refuseListsOfNothing } from './types.ts';

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
  /** Reads the events, hex, one a piece. Throws if the bytes are not those of a whole block, at the first event that shows it. */
  decode(bytes: string): Pieces<SubstrateEvent[]>;
}

// Several times what any runtime has, and what the heaviest block of 10 MB can deposit: more is no answer of an honest node.
const mostMetadata = 4 * 2 ** 20;
const mostEvents = 16 * 2 ** 20;

/**
 * By the metadata of the runtime, hex. Throws if its version is below 14, before which it does not describe its types, and if it
 * describes types by which a few bytes could be decoded without end.
 */
export function eventCodec({ bindings, builders }: SubstrateDriver, metadata: string): EventCodec {
  const described = bindings.decAnyMetadata(bytesOf(metadata, mostMetadata));
  const lookup = builders.getLookupFn(bindings.unifyMetadata(described));
  const system = lookup.metadata.pallets.find(({ name }) => name === 'System');
  const stored = system?.storage?.items.find(({ name }) => name === 'Events')?.type;
  const list = stored?.tag === 'plain' ? lookup(stored.value) : undefined;
  if (list?.type !== 'sequence') throw new TypeError('The runtime keeps no list of events');
  refuseListsOfNothing(list);
  const builder = builders.getDynamicBuilder(lookup);
  const record = builder.buildDefinition(list.value.id);
  return {
    key: builder.buildStorage('System', 'Events').keys.enc(),
    *decode(bytes) {
      // What goes on where the last decoder has ended.
      const rest = bindings.createDecoder((stream) => stream)(bytesOf(bytes, mostEvents));
      const count = Number(bindings.compact.dec(rest));
      const events: SubstrateEvent[] = [];
      let ended = 0;
      while (events.length < count) {
        const event = readEvent(record.dec(rest), events.length);
        events.push(event);
        if (isOutcome(event)) ended = nextOutcome(event, ended);
        yield;
      }
      if (ended === 0) throw new TypeError('Not the events of a whole block');
      return events;
    },
  };
}

/** The decoders read hex too, and take a hundred times as long. */
function bytesOf(hex: string, most: number): Uint8Array {
  if (hex.length > 2 + 2 * most) throw new TypeError(`More than ${most} bytes`);
  const bytes = new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
  if (!hex.startsWith('0x') || hex.length !== 2 + 2 * bytes.length) throw new TypeError('Not hex');
  return bytes;
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
function nextOutcome({ extrinsic }: SubstrateEvent, ended: number): number {
  if (extrinsic !== ended) throw new TypeError('Not the events of a whole block');
  return ended + 1;
}

/** Whether the event says how its extrinsic ended. */
export function isOutcome({ pallet, name }: SubstrateEvent): boolean {
  return pallet === 'System' && (name === 'ExtrinsicSuccess' || name === 'ExtrinsicFailed');
}
