import type { SubstrateDriver } from './driver.ts';

/** A type of a runtime, as its metadata describes it. */
type RuntimeType = ReturnType<ReturnType<SubstrateDriver['builders']['getLookupFn']>>;
type Variant = Extract<RuntimeType, { type: 'enum' }>['value'][string];

/**
 * Throws if the type holds a list whose elements take no bytes: a few bytes would say that it has a thousand million of them. No
 * runtime has such a list.
 */
export function refuseListsOfNothing(type: RuntimeType): void {
  const known = new Map<number, boolean>();
  const met = new Set<number>();
  const waiting: (RuntimeType | Variant)[] = [type];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if ('id' in one) {
      if (met.has(one.id)) continue;
      met.add(one.id);
    }
    const parts = partsOf(one);
    const isList = one.type === 'sequence' || one.type === 'array';
    if (isList && parts.some((part) => takesNothing(part, known))) throw new TypeError('A list of nothing');
    waiting.push(...parts);
  }
}

function takesNothing(type: RuntimeType | Variant, known: Map<number, boolean>): boolean {
  if (type.type === 'void') return true;
  if (type.type !== 'tuple' && type.type !== 'struct' && type.type !== 'array') return false;
  const id = 'id' in type ? type.id : undefined;
  const before = id === undefined ? undefined : known.get(id);
  if (before !== undefined) return before;
  const answer = (type.type === 'array' && type.len === 0) || partsOf(type).every((part) => takesNothing(part, known));
  if (id !== undefined) known.set(id, answer);
  return answer;
}

function partsOf(type: RuntimeType | Variant): readonly (RuntimeType | Variant)[] {
  switch (type.type) {
    case 'tuple':
      return type.value;
    case 'struct':
    case 'enum':
      return Object.values(type.value);
    case 'result':
      return [type.value.ok, type.value.ko];
    case 'sequence':
    case 'array':
    case 'option':
    case 'lookupEntry':
      return [type.value];
    default:
      return [];
  }
}
