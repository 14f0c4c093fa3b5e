import { wantedKeyBytes } from '../../signatures/key-length.ts';
import type { Provider } from './provider.ts';

/** A warning for each key that is shorter than it should be: it works, since it may be what the provider issues. */
export function shortKeys({ name, keys, apiKeys }: Provider): readonly string[] {
  return [...keys.describe(), ...(apiKeys?.describe() ?? [])].flatMap(({ id, bytes = wantedKeyBytes }) =>
    bytes >= wantedKeyBytes
      ? []
      : `${name}: the key ${id} has ${bytes} bytes; if you can choose it, choose one of at least ${wantedKeyBytes}`,
  );
}
