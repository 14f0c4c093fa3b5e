import type { OperatorCode } from '../../errors.ts';

/** The codes that only the command line and the log show: those of callbacks and deposits are among the inspector's words. */
type OwnCode = Exclude<OperatorCode, 'BODY_UNREADABLE' | 'ROW_UNREADABLE'>;

/** What each means, and what to do about it, in Chinese. */
export const chineseErrors: Readonly<Record<OwnCode, readonly [means: string, cure: string]>> = {
  OPTION_INVALID: ['选项无效', '请按消息所说修改该选项。'],
  POLICY_ANSWER_INVALID: ['策略的某个函数返回了不算答复的东西', '最常见的原因是漏写了 return。'],
  ADDRESS_INVALID: ['地址在其网络上无效', '请检查字母表、长度和校验和。'],
  AMOUNT_INVALID: ['金额不是整数个最小单位，或小数位数多于其资产', '请按资产的小数位数书写。'],
  TRANSACTION_ID_INVALID: ['交易编号在其网络上无效', '请与链上对照。'],
  NETWORK_UNKNOWN: ['网络名称未知', '请用它的 CAIP-2 编号，例如 eip155:1。'],
  JSON_INVALID: ['不是本包接受的 JSON', '必须是 UTF-8，没有重复的键，嵌套和成员不超过上限。'],
  STORE_SCHEMA_NEWER: ['更新版本的本包已经迁移过这个存储', '请使用那个版本，或换一个存储。'],
  STORE_NOT_DURABLE: ['数据库的某项设置可能丢失已确认的回调', '请按消息给出的值修改该设置。'],
  STORE_NOT_READY: ['在 ready() 之前或 close() 之后使用了存储', '请先等待 ready()。'],
  STORE_BUSY: ['另一个进程占用数据库太久，或连接池没有空闲连接', '请查找同一数据库上的长事务，然后重试。'],
  STORE_FULL: ['存储没有空间了', '请腾出空间；不要用 memoryStore，改用持久的存储。'],
  STORE_DRIVER_MISSING: ['存储所需的包没有安装', '请把消息给出的包装在本包旁边。'],
  CHAIN_DRIVER_MISSING: ['链上核对所需的包没有安装', '请把消息给出的包装在本包旁边。'],
  LINK_ORDER: [
    '某个环节排在了它所依赖的环节之前',
    '请按 sourceFilter、rawBody、signature、replayGuard、dispatch 的顺序。',
  ],
  LISTENER_FAILED: ['监听器以存储无法兑现的方式使用了 atomically', '请在监听器里等待所有工作完成。'],
  ATOMICALLY_ASYNC: ['传给 atomically 的函数返回了 promise', '慢的工作请放在 atomically 之前，函数里只做写入。'],
  ATOMICALLY_UNSUPPORTED: ['存储没有可以借出的事务', '请改用有事务的存储，或让监听器按 eventId 保持幂等。'],
  LEASE_LOST: ['一次投递失去了租约，事件已由另一次投递接管', '无需处理：它要提交的内容已全部回滚。'],
  NOT_FOUND: ['存储里没有这个编号的条目', '请检查编号和 --store。'],
  NOTHING_HELD: ['这笔充值没有被扣留', '消息说明它在等什么。'],
  NOT_POSSIBLE: ['这笔充值不可能入账', '它已被收回，或链上否认了它，或备注未知。'],
  CORRECTION_NEEDED: ['必须先更正小数位数', '请先用 correct --decimals 说明金额按几位小数上报。'],
  ALREADY_CREDITED: ['这笔充值已经入账', '要收回请用 revert；入账存疑时可以 release。'],
  NOT_CREDITED: ['这笔充值既没有入账，也不在等待决定', '请用 hold 阻止它入账；之后 revert 会否决它。'],
  REQUEST_FAILED: ['发出的请求失败了，被重定向，或指向内网地址', '请检查 URL、网络和对方的服务。'],
  BLOCK_UNAVAILABLE: ['没有一个节点保存着某个区块', '请询问归档节点；要越过它，用 reconcile --skip-to。'],
};
