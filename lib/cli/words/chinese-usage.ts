import { chineseRefusals } from './chinese-refusals.ts';

/** Headings of a help text, in Chinese. */
export const chineseHeadings: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
};

/** What the attacks of `send` do, in Chinese. */
export const chineseAttacks: Readonly<Record<string, string>> = {
  unsigned: '去掉一切签名',
  'wrong-key': '用接收方从未有过的密钥签名',
  tampered: '签名后改动一位数字或一个字节',
  stale: '以一小时前的时间签名',
  future: '以一小时后的时间签名',
  replay: '把同一请求发送两次',
  duplicate: '把同一笔充值发送两次，编号各不相同',
  oversize: '发送 32 MiB',
  slow: '每秒发送一个字节',
  aborted: '请求体发到一半断开连接，再完整发送',
  'gzip-bomb': '发送压缩过的 64 MiB 零字节',
};

/** A description, and what else may be said of an option or an argument. */
export function extra(
  text: string,
  { choices, usual, variable }: Readonly<Record<'choices' | 'usual' | 'variable', string | undefined>>,
): string {
  const parts = [
    ...(choices === undefined ? [] : [`可选：${choices}`]),
    ...(usual === undefined ? [] : [`默认：${usual}`]),
    ...(variable === undefined ? [] : [`环境变量：${variable}`]),
  ];
  return parts.length === 0 ? text : `${text}（${parts.join('；')}）`;
}

// What commander says of a command line that it cannot understand.
const forms: readonly (readonly [said: RegExp, chinese: string])[] = [
  [/^error: missing required argument '(.+?)'/, '错误：缺少参数 $1'],
  [/^error: option '(.+?)' argument missing/, '错误：选项 $1 缺少值'],
  [/^error: required option '(.+?)' not specified/, '错误：必须给出选项 $1'],
  [/^error: (?:option )?'(.+?)' cannot be used with (?:option )?'(.+?)'/, '错误：$1 不能与 $2 同时使用'],
  [/^error: unknown option '(.+?)'/, '错误：没有选项 $1'],
  [/^error: unknown command '(.+?)'/, '错误：没有命令 $1'],
  [
    /^error: too many arguments.* Expected (\d+) arguments? but got (\d+)\./,
    '错误：参数过多：应有 $1 个，给出了 $2 个。',
  ],
  [
    /^error: (?:option|command-argument) '(.+?)'.*? (?:argument|value) '([\s\S]*?)'(?: from env '(.+?)')? is invalid\./,
    '错误：$1 的值 $2 无效。',
  ],
  [/(\S+) cannot be read\.$/m, '无法读取 $1。'],
  [/\(Did you mean (?:one of )?(.+?)\?\)/, '（是不是 $1？）'],
  [/Allowed choices are (.+?)\.(?=\s|$)/, '可选：$1。'],
  [/^error: cannot export (.+); only deposits and callbacks/, '错误：不能导出 $1；只能是 deposits 和 callbacks'],
];

/** An error of commander's in Chinese, with the reason that `InvalidArgumentError` gave. */
export function chineseErrorOf(text: string): string {
  const said = forms.reduce((rest, [form, chinese]) => rest.replace(form, chinese), text);
  return said.replace(
    /[A-Z][^\n]*\.$/m,
    (reason) => (chineseRefusals as Readonly<Record<string, string>>)[reason] ?? reason,
  );
}
