import encodeQR from 'qr';
import { type Html, html, render, trusted } from './html.ts';
import { regions } from './regions.ts';
import { assetsFor, nameOf, type View } from './view.ts';

/** The whole page, as it is before anything changes. */
export async function page(view: View): Promise<string> {
  const { words, theme, customer } = view;
  const parts = await regions(view);
  const part = (id: string, tag: 'div' | 'ul' | 'form' = 'div', attributes: Html = html``): Html =>
    html`${trusted(`<${tag} id="${id}"`)}${attributes}>${trusted(parts[id] ?? '')}${trusted(`</${tag}>`)}`;
  return `<!doctype html>\n${render(html`<html lang="${words.language}"${theme && html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">
<script type="module" src="/assets/script.js"></script>
</head>
<body data-live="/live?as=${customer.customer}&asset=${encodeURIComponent(view.asset.asset)}">
${header(view)}
<main>
<h1 class="hidden">${words.title}</h1>
<section class="card owned"><h2>${words.balancesOf(nameOf(customer))}</h2>${part('balances', 'ul')}</section>
${depositCard(view)}
<section class="card wide"><h2>${words.way}</h2><p class="soft">${words.wayMore}</p>
${part('way', 'div', html` role="status"`)}</section>
<section class="card cheat"><h2>${words.tricks}</h2>${part('tricks', 'form', html` method="post" action="/try"`)}</section>
<section class="card log"><h2>${words.earlier}</h2>${part('earlier', 'ul')}</section>
<section class="card wide"><h2>${words.deposits}</h2>${part('deposits')}</section>
</main>
<footer><p>${words.footer}</p></footer>
</body>
</html>`)}\n`;
}

function header(view: View): Html {
  const { words, theme, exchange, customer } = view;
  const customers = exchange.book.accounts.map(
    (one) =>
      html`<li><a href="/?as=${one.customer}"${one.customer === customer.customer && html` aria-current="page"`}>${nameOf(one)}</a></li>`,
  );
  const other = words.language === 'en' ? 'zh' : 'en';
  const here = `/?as=${customer.customer}&asset=${encodeURIComponent(view.asset.asset)}`;
  const choice = (name: 'light' | 'dark'): Html =>
    html`<a href="${here}&theme=${name}" class="theme-${name}"${theme === name && html` aria-current="true"`}>${words[name]}</a>`;
  return html`<header><div class="bar">
<a class="brand" href="/"><svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true"><rect width="24" height="24" rx="7"/><path d="M12 5v9m-4-4 4 4 4-4M6.5 18h11"/></svg><span>${words.title}</span></a>
<span class="play">${words.playMoney}</span>
<nav aria-label="${words.customers}"><ul>${customers}</ul></nav>
<p class="extras">${choice('light')}${choice('dark')}<a href="${here}&lang=${other}" lang="${other}" hreflang="${other}">${words.otherLanguage}</a><a class="button" href="/inspector/">${words.inspector}</a></p>
</div></header>`;
}

const usual: Readonly<Record<string, string>> = { ETH: '0.25' };

function depositCard(view: View): Html {
  const { words, customer, asset, exchange, wallet, wrongAmount } = view;
  const choices = assetsFor(customer, exchange.book.assets).map(
    (one) =>
      html`<li><a href="/?as=${customer.customer}&asset=${encodeURIComponent(one.asset)}"${one === asset && html` aria-current="true"`}>${one.symbol}</a></li>`,
  );
  const { address, network } = customer;
  const isWrong = wrongAmount !== undefined;
  return html`<section class="card pay"><div class="head"><h2>${words.deposit}</h2><nav aria-label="${words.asset}"><ul class="tabs">${choices}</ul></nav></div>
<div class="pay-in"><div class="qr" role="img" aria-label="${words.qr(address)}">${trusted(encodeQR(address, 'svg', { ecc: 'medium', border: 2 }))}</div>
<div><p class="label">${words.address} <span>${words.network[network] ?? network}</span></p>
<p class="address"><code>${address}</code><button type="button" class="copy" data-copy="${address}" data-done="${words.copied}" hidden>${words.copy}</button></p>
<form id="pay" method="post" action="/pay"><input type="hidden" name="as" value="${customer.customer}"><input type="hidden" name="asset" value="${asset.asset}">
<label for="amount">${words.amount}</label>
<div class="amount"><span class="field"><input id="amount" name="amount" inputmode="decimal" autocomplete="off" required value="${wrongAmount ?? usual[asset.symbol] ?? '100'}"${isWrong && html` aria-invalid="true" aria-describedby="wrong"`}><span aria-hidden="true">${asset.symbol.split(' ')[0]}</span></span>
<button class="primary" data-done="${words.paying}">${words.pay}</button></div>
<p id="wrong" class="wrong" role="alert">${isWrong && words.badAmount(asset.decimals)}</p></form>
<p class="soft">${words.paysBy[wallet.kind]}</p></div></div></section>`;
}
