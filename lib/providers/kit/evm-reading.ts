import type { ReportedAsset } from '../../deposits/transfer.ts';
import { DepositCallbackError, isDepositCallbackError } from '../../errors.ts';
import { array, type Json, optionalNumberText, text } from '../../json/json.ts';
import { findNetwork, tokenAsset } from '../../networks/registry.ts';

/** Topic of `Transfer(address,address,uint256)`, of ERC-20 and ERC-721 alike. */
export const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A hex quantity (`0x...`) exactly. Throws `BODY_UNREADABLE`. */
export function hexUnits(json: Json | undefined, path: string): bigint {
  const written = text(json, path);
  if (!/^0x[0-9a-fA-F]{1,64}$/.test(written)) {
    throw new DepositCallbackError('BODY_UNREADABLE', `The field ${path} of the body is not a hex quantity`);
  }
  return BigInt(written);
}

/** A hex or decimal quantity as decimal text; undefined if it is absent. */
export function quantityText(json: Json | undefined, path: string): string | undefined {
  const written = optionalNumberText(json, path);
  if (written === undefined) return undefined;
  if (/^\d{1,78}$/.test(written)) return written;
  return hexUnits(json, path).toString();
}

/** The topics of a log. Throws `BODY_UNREADABLE` for one that is not 32 bytes: the kind of log is not known. */
export function topicsOf(json: Json, path: string): readonly string[] {
  return array(json, path).map((topic) => {
    const written = text(topic, '');
    if (!/^0x[0-9a-fA-F]{64}$/.test(written))
      throw new DepositCallbackError('BODY_UNREADABLE', `A topic in ${path} of the body is not 32 bytes`);
    return written;
  });
}

/** The address in a log's topic, which holds it in its last 20 bytes; undefined if it holds anything else. */
export function topicAddress(topic: string | undefined): string | undefined {
  return /^0x0{24}[0-9a-fA-F]{40}$/.test(topic ?? '') ? `0x${topic?.slice(-40)}` : undefined;
}

/** CAIP-2 of the chain id of an EVM network in decimal, which needs no table; any other text as it stands. */
export function networkOfChainId(text: string): string {
  return /^[1-9][0-9]{0,31}$/.test(text) ? `eip155:${text}` : text;
}

/**
 * The token of a contract, for a body whose tokens always have one: throws `BODY_UNREADABLE` for one that is none on a network
 * that is known by name, so that its row is kept for an operator and not taken for a token that nobody lists.
 */
export function tokenOn(network: string, contract: string | undefined): ReportedAsset {
  if (contract === undefined || (findNetwork(network) !== undefined && !isToken(network, contract)))
    throw new DepositCallbackError('BODY_UNREADABLE', 'The contract of a token is not an address of its network');
  return { contract };
}

/** Whether a text can be the contract of a token on a network that is known by name. */
export function isToken(network: string, contract: string): boolean {
  try {
    return tokenAsset(network, contract) !== '';
  } catch (error) {
    if (isDepositCallbackError(error)) return false;
    throw error;
  }
}
