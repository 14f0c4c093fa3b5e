import type { Need, NeedKind } from '../../operator/need.ts';

/** What to do about each condition that needs attention, in Chinese. */
export const chineseNeeds: Readonly<Record<NeedKind, (need: Need) => string>> = {
  'dead-letters': () => 'deposit-callback dead-letters；修好监听器，然后 deposit-callback redeliver --all',
  unheard: () => '为 deposit 和 deposit.reverted 添加监听器（callbacks.on）；待投递的事件随即投递',
  quarantined: () => 'deposit-callback deposits --status quarantined；然后 show；真的就 release，假的就 revert',
  unassigned: () => '找到客户：在策略中写明账户，然后 deposit-callback reprocess；或用 correct --account 更正',
  unread: () => 'deposit-callback log --outcome quarantined；升级或修改选项，然后 deposit-callback reprocess',
  unverified: () => '如果轮换了密钥，请加上新密钥；然后 deposit-callback reverify',
  backlog: () => '请检查服务是否在运行、是否监听每一种事件，以及日志中失败的投递',
  held: () => 'deposit-callback deposits --status pending；查看链上情况；真的就 release，假的就 revert',
  'in-doubt': () => 'deposit-callback deposits --status confirmed；查看链上情况；真的就 release，假的就 revert',
  stuck: () => 'deposit-callback deposits --status pending；然后 show：代码说明它在等什么',
  silent: ({ provider, network }) =>
    network === undefined
      ? `deposit-callback log --provider ${provider}；查看它的状态页，然后让它重发，或 reconcile`
      : '查看该链的浏览器；如果链在前进，请提供方检查节点，或 reconcile',
  refused: ({ provider }) =>
    `deposit-callback log --provider ${provider} --outcome rejected；按代码所说修改，然后让它重发，或 deposit-callback reconcile`,
  'unread-blocks': () => '询问有它的节点；或越过它：deposit-callback reconcile --network <网络> --skip-to <区块>',
  disk: () => '请腾出空间，或 deposit-callback prune',
};

/** After the sentence of a need: whose it is, since when, and its codes. */
export function chineseDetails({ provider, network, codes = {}, since }: Need): string {
  const details = [
    ...[provider, network].filter((one) => one !== undefined),
    ...Object.entries(codes).map(([code, count]) => `${count} 个 ${code === 'NO_CODE' ? '无代码' : code}`),
    ...(since === undefined ? [] : [`始于 ${new Date(since).toISOString()}`]),
  ];
  return details.length === 0 ? '' : `（${details.join('，')}）`;
}
