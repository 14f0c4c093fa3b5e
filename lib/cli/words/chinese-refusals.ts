/** Why an option or an argument cannot be understood, in Chinese. */
export const chineseRefusals = {
  '{symbol} is a symbol: name its network too, for example --network ethereum':
    '{symbol} 是代号：请同时指明网络，例如 --network ethereum',
  'Any other token of {network} is named by its CAIP-19 id.': '{network} 的其他代币请写 CAIP-19 编号。',
  '{text} is not a URL; write https://example.com/callbacks/imtoken':
    '{text} 不是 URL；应写成 https://example.com/callbacks/imtoken',
  'is required, or set DEPOSIT_CALLBACK_STORE: a path, postgres://... or redis://...':
    '必须给出，或设置 DEPOSIT_CALLBACK_STORE：路径、postgres://... 或 redis://...',
  'there is no file {file}': '没有文件 {file}',
  '{scheme}:// is not supported; use a path, postgres://... or redis://...':
    '不支持 {scheme}://；请用路径、postgres://... 或 redis://...',
  'the environment variable {name} is not set; set it to the secret, or name another':
    '环境变量 {name} 没有设置；请把它设为密钥，或指定另一个变量',
  'the environment variable {name} is not set': '环境变量 {name} 没有设置',
  'is required, or set DEPOSIT_CALLBACK_CONFIG: a module that exports the options of depositCallbacks':
    '必须给出，或设置 DEPOSIT_CALLBACK_CONFIG：导出 depositCallbacks 选项的模块',
  'is required, or set DEPOSIT_NOTIFIER_CONFIG: JSON, or a module that exports the options of createNotifier':
    '必须给出，或设置 DEPOSIT_NOTIFIER_CONFIG：JSON，或导出 createNotifier 选项的模块',
  '{file} must export the options of depositCallbacks: providers, policy, store, ...':
    '{file} 必须导出 depositCallbacks 的选项：providers、policy、store 等',
  '{file} must hold the options of createNotifier: path, networks, listen, ...':
    '{file} 必须包含 createNotifier 的选项：path、networks、listen 等',
  'Node cannot load {file}; build it, and name the file of JavaScript':
    'Node 无法加载 {file}；请先构建，再指定生成的 JavaScript 文件',
  'the {store} store of --config cannot be shared with another process':
    '--config 中的 {store} 存储不能与另一个进程共用',
  'makes a callback of the imtoken profile; write it into a file, and send that with --body':
    '只用于 imtoken 的回调；请把内容写入文件，用 --body 发送',
  'and --body exclude each other': '不能与 --body 同时使用',
  'and --notifier exclude each other': '不能与 --notifier 同时使用',
  '{file} cannot be read': '无法读取 {file}',
  'the file {file} cannot be read': '无法读取文件 {file}',
  '{file} is not JSON: {why}': '{file} 不是 JSON：{why}',
  'must be in smallest units, digits only': '必须以最小单位表示，只用数字',
  'is required on {network}': '在 {network} 上必须给出',
  'is required for {provider}: there are no samples of it': '对 {provider} 必须给出：没有它的样例',
  'Any other is sent with --body': '其他事件请用 --body 发送',
  'is required, for example https://example.com/callbacks/imtoken':
    '必须给出，例如 https://example.com/callbacks/imtoken',
  'unknown probe {probe}; run with --list to see all probes': '没有探测 {probe}；用 --list 查看全部探测',
  'must be set together; without them the audit judges by responses alone':
    '必须一起给出；没有它们时，审计只能凭应答判断',
  'must be an asset of an EVM network (eip155:...)': '必须是 EVM 网络（eip155:...）的资产',
  'must be an integer': '必须是整数',
  'set at least one of them': '至少给出其中一个',
  'set one of them': '请给出其中一个',
  'is needed if nobody answers': '无人回答时必须给出',
  'its package.json is not JSON': '其中的 package.json 不是 JSON',
  'package.json says "type": "{type}"; leave the option out, or change that':
    'package.json 写的是 "type": "{type}"；请去掉这个选项，或修改该文件',
  'is needed to write over {names}; or take an empty folder': '覆盖 {names} 时必须给出；或换一个空目录',
  '{text} is not CAIP-19; write eip155:1/slip44:60=18': '{text} 不是 CAIP-19；应写成 eip155:1/slip44:60=18',
  '{text} has no decimals; write {text}=6 for six of them': '{text} 没有写小数位数；六位请写 {text}=6',
  'set it, or --before; there is no default': '请给出它或 --before；没有默认值',
  'set it: a block, a time, or how long ago (3h)': '请给出：区块、时间，或多久以前（3h）',
  'list event ids, or use --all': '请列出事件编号，或用 --all',
  '{line} is not a header; write "name: value"': '{line} 不是请求头；应写成 "name: value"',
  'There is no callback, deposit or event {id}': '没有编号为 {id} 的回调、充值或事件',
  'must not stand in {file}; write { "env": "NAME" } or { "file": "/path" } in its place':
    '不能直接写在 {file} 里；请写成 { "env": "NAME" } 或 { "file": "/path" }',
  'must be the number of a block': '必须是区块号',
  'must be an address to listen on': '必须是监听地址',
  'must be 0 to 65535': '必须在 0 到 65535 之间',
  'must have 16 to 256 characters and no spaces': '必须有 16 到 256 个字符，不含空格',
  'needs prom-client: npm install prom-client': '需要 prom-client：npm install prom-client',
  '{file} holds something other than a report; name another file': '{file} 中不是报告；请换一个文件',
  'Expected a duration: 500ms, 30s, 5m, 2h, 90d, or milliseconds.': '应为时长：500ms、30s、5m、2h、90d，或毫秒数。',
  'Expected 2026-01-31, 2026-01-31T08:00:00Z, or 2h for two hours ago.':
    '应为 2026-01-31、2026-01-31T08:00:00Z，或 2h（两小时前）。',
  'Expected a positive integer.': '应为正整数。',
  'Expected a port from 0 to 65535.': '应为 0 到 65535 的端口。',
  'Expected a JSON object.': '应为 JSON 对象。',
} as const;
