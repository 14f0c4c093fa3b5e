import type { ReportWords } from './report-words.ts';

export const chinese: ReportWords = {
  language: 'zh',
  kind: { receiver: '到账回调端点审计', notifier: '通知器 API 审计' },
  pageTitle: (url) => `审计：${url}`,
  headline(red, judged, skipped) {
    if (red > 0) return `${red} 项探测得逞`;
    if (judged === 0) return '没有可以判定的探测';
    return skipped === 0 ? '全部探测都已挡住' : '没有探测得逞';
  },
  summary: (held, judged, skipped) =>
    `可判定的 ${judged} 项探测中，${held} 项通过。${skipped === 0 ? '' : `另有 ${skipped} 项无法判定，各自说明了原因。`}`,
  verdict: { green: '通过', red: '未通过', skipped: '跳过' },
  severity: { high: '高', medium: '中', low: '低' },
  groups: {
    access: '访问权限',
    baseline: '基本要求',
    signature: '签名',
    time: '时间',
    replay: '重放',
    body: '请求体',
    http: 'HTTP',
    transport: '传输',
    'false top-up': '假充值',
  },
  facts: { endpoint: '端点', date: '日期', took: '用时', probes: '探测' },
  seconds: (text) => `${text} 秒`,
  overview: '摘要',
  area: '方面',
  changes: '变化',
  changesSince: (date) => `与 ${date} 的审计相比。`,
  noChanges: '没有结论发生变化。',
  findings: '未通过的探测',
  findingsMore: '高：涉及资金或访问权限。中：涉及可用性或保密。低：良好做法。',
  all: '全部探测',
  request: '请求',
  answer: '应答',
  cure: '处理办法',
  whenRed: '未通过时',
  why: '原因',
  check: (code) => `由 deposit-callback 的检查 ${code} 拦住（docs/checks.md）。`,
  did: (does) => `${does}。`,
  reverted: '已撤回',
  revertedMore: '审计在测试账户上产生的充值；结束时都已上报为撤回。',
  revertedLabel: '已撤回的充值',
  column: { transaction: '交易', units: '最小单位', answer: '应答', probe: '探测', before: '之前', now: '现在' },
  method: '如何阅读本报告',
  methodMore: (seesCredits) => [
    `从应答${seesCredits ? '和入账' : ''}看，端点的表现与可靠的端点一致，探测就算通过。没有列出的攻击、泄露的密钥，它都证明不了什么。`,
    '本审计由 deposit-callback audit 运行。docs/audit.md 说明每项探测；同一个编号在每份报告里指同一项探测。应答保留英文原文。',
  ],
  signed: { reviewed: '审阅人', on: '日期' },
};
