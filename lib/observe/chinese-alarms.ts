import type { AlarmCode } from './news.ts';

/** What each alarm means, and what to do about it, in Chinese: what docs/zh/errors.md says, in short. */
export const chineseAlarms: Readonly<Record<AlarmCode, readonly [means: string, cure: string]>> = {
  ALL_NOT_OURS: ['提供方的转账都付给了不属于你的账户', '请比较消息里的两种写法，并使用 policy.accounts。'],
  ASSET_NAME_NOT_KNOWN: [
    '提供方使用了未知的资产名称，其转账已保留',
    '请在提供方的选项 assets 里写明它的 CAIP-19 编号，然后 reprocess。',
  ],
  BLOCKS_BEHIND: [
    '某个网络出块比读取快，漏掉的回调会越来越晚才被发现',
    '请提高 reconcile.blocksPerMinute，或换更快的节点。',
  ],
  BLOCKS_UNREAD: ['有一个区块读不了，之后的区块也不会读取', '请询问有它的节点，或用 reconcile --skip-to 越过。'],
  BODY_ALREADY_PARSED: ['更早挂载的解析器没有保留原始字节，每个回调都被拒绝', '请在 express.json() 之前挂载回调。'],
  BODY_UNREADABLE: ['一个真实的回调无法读取，已保留', '请升级，然后 reprocess。'],
  ROW_UNREADABLE: ['真实回调中的一行无法读取，其他行已处理', '请 show 这个回调查看原因；升级，然后 reprocess。'],
  CALLBACKS_MISSED: ['链上有没有任何回调上报过的转账，现已记录', '请询问提供方原因。'],
  CALLBACKS_REFUSED: ['某个提供方的回调被拒绝', '消息给出代码、地址和解决办法；之后让提供方重发，或 reconcile。'],
  CHAIN_UNAVAILABLE: ['某个网络没有一个节点应答，需要链上核对的充值在等待', '请修好节点，或再加一个。'],
  CREDIT_IN_DOUBT: ['一笔充值已入账，但不再应入账；入账不变', '请查看链上的交易：release 认可这次入账，revert 收回。'],
  DEPOSIT_HELD: [
    '一笔充值在等待：收回其依据的提供方太少，不足以定论',
    '请查看链上的交易：真的就 release，假的就 revert。',
  ],
  DEPOSIT_QUARANTINED: ['检查、冲突或策略使一笔充值不能入账', '请 show 它：真的就 release，假的就 revert。'],
  EVENT_UNKNOWN: ['提供方发来了不认识的事件种类', '请 show 这个回调；如果可能是充值，升级，然后 reprocess。'],
  LISTENER_HANGS: ['监听器运行太久，推迟了同一笔充值后面的事件', '请给它调用的东西设置超时。'],
  NETWORK_NOT_KNOWN: ['提供方使用了未知的网络名称，其转账已保留', '请在选项 networks 里定义它，然后 reprocess。'],
  NO_LISTENER: ['有要入账或撤回的事件待投递，却没有监听器', '请添加监听器；事件随即投递。'],
  POLICY_FAILED: ['策略的函数抛出异常、没有及时答复或返回了无效的值，提供方会重发', '请修好这个函数。'],
  PROVIDER_NOTICE: ['提供方通报它自己的服务情况，现在可能正在漏掉充值', '请阅读消息。'],
  SOURCE_UNKNOWN: ['无法核对发送方', '请设置 trustProxy，或修正 sources 中无法解析的域名。'],
  TRANSACTION_HASH_ONLY: [
    '提供方只用哈希指称交易，不足以确定是哪一笔，其转账被隔离',
    '有该网络的链上核对时请 reprocess；否则换用能给出完整编号的提供方。',
  ],
  UNVERIFIED_FULL: [
    '有回调验签不通过，且保留的配额已用完：这样的回调会被拒绝',
    '如果轮换了密钥，请尽快加上新密钥，然后 reverify。',
  ],
  UNVERIFIED_KEPT: ['有回调验签不通过，已保留', '如果轮换了密钥，请加上新密钥，然后 reverify。'],
};
