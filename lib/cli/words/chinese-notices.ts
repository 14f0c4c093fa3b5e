/** What the log reports beside alarms and errors, in Chinese: what each code means, and what to do about it. */
export const chineseNotices: Readonly<Record<string, readonly [means: string, cure: string]>> = {
  DEAD_LETTER: ['一个事件的所有投递尝试都失败了', '请修好监听器，然后 redeliver。'],
  PROVIDER_SILENT: ['提供方没有动静，可能漏掉充值', '请查看提供方的状态页，之后让它重发，或 reconcile。'],
  NETWORK_SILENT: [
    '提供方在某个网络上没有读到新的区块',
    '请查看该链的浏览器；如果链在前进，请提供方检查节点，或 reconcile。',
  ],
  DEPOSIT_STUCK: ['一笔充值等待过久', '请 show 它：代码说明它在等什么。'],
  QUARANTINED: ['一个回调被隔离，其内容暂不入账', '请 show 它并作决定。'],
};
