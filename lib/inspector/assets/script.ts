/**
 * What the pages do with JavaScript; they are whole without it. What arrives is only ever set as text and as attributes
 * that are no code: no markup is made of it.
 */
export const script: string = `'use strict';
for (const one of document.querySelectorAll('time[datetime]')) localTime(one);
const said = document.createElement('p');
said.className = 'hidden';
said.setAttribute('role', 'status');
document.body.append(said);
for (const one of document.querySelectorAll('[data-copy]')) copyable(one);
document.addEventListener('click', openRow);
for (const one of document.querySelectorAll('[data-live]')) live(one);
if (!document.querySelector('[data-live]') && document.body.dataset.root !== undefined) followStatus();
const here = document.querySelector('.top [aria-current]');
if (here) here.scrollIntoView({ block: 'nearest', inline: 'center' });
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const open = event.target instanceof Element && event.target.closest('details.act[open]');
  if (!open) return;
  open.open = false;
  open.querySelector('summary').focus();
});
for (const one of document.querySelectorAll('details.act')) {
  one.addEventListener('toggle', () => { if (one.open) one.querySelector('input[name=reason]').focus(); });
}

function localTime(element) {
  const at = new Date(element.dateTime);
  if (!Number.isNaN(at.getTime())) element.title = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

function live(box) {
  const most = 200;
  const body = box.querySelector('tbody');
  const pattern = box.querySelector('template').content.firstElementChild;
  const bar = box.querySelector('.live-bar');
  const state = box.querySelector('.live-state');
  const button = bar.querySelector('button');
  const texts = box.dataset;
  const shown = new Set([...body.querySelectorAll('a.open')].map((link) => decodeURIComponent(link.getAttribute('href').split('/').pop())));
  let newest = texts.newest;
  let source;
  let added = 0;

  bar.hidden = false;
  button.addEventListener('click', () => (source ? pause() : open()));
  addEventListener('pagehide', () => source && source.close());
  addEventListener('pageshow', (event) => { if (event.persisted && source) open(); });
  open();

  function say(name) {
    box.dataset.state = name;
    state.textContent = texts[name] + (added > 0 ? ', ' + added + ' ' + texts.added : '');
    button.textContent = name === 'paused' ? texts.resume : texts.pause;
    button.hidden = name === 'ended';
  }

  function open() {
    if (source) source.close();
    const url = new URL(texts.live, location.href);
    if (newest) url.searchParams.set('after', newest);
    say('waiting');
    source = new EventSource(url);
    source.onopen = () => say('on');
    source.onerror = () => say(source.readyState === EventSource.CLOSED ? 'ended' : 'lost');
    source.addEventListener('callbacks', (event) => take(JSON.parse(event.data)));
    source.addEventListener('status', (event) => showStatus(JSON.parse(event.data)));
  }

  function pause() {
    source.close();
    source = undefined;
    say('paused');
  }

  function take({ rows, dropped }) {
    for (const row of rows) {
      if (shown.has(row.id)) continue;
      shown.add(row.id);
      newest = row.id;
      added += 1;
      body.prepend(fill(pattern.cloneNode(true), row));
    }
    while (body.children.length > most) body.lastElementChild.remove();
    const empty = box.nextElementSibling;
    if (added > 0 && empty && empty.classList.contains('empty')) empty.remove();
    say('on');
    if (dropped > 0) state.textContent += ', ' + dropped + ' ' + texts.dropped;
  }

  function fill(line, row) {
    for (const [name, text] of Object.entries(row.texts)) {
      const part = line.querySelector('[data-field=' + name + ']');
      part.textContent = text;
      if (row.whole[name]) { part.dataset.copy = row.whole[name]; part.title = row.whole[name]; }
      if (text === '') part.remove();
    }
    const time = line.querySelector('time');
    time.dateTime = row.iso;
    localTime(time);
    line.querySelector('.badge').classList.add('is-' + row.tone);
    line.querySelector('a.open').setAttribute('href', texts.callbacks + encodeURIComponent(row.id));
    for (const one of line.querySelectorAll('[data-copy]')) copyable(one);
    line.classList.add('is-new');
    return line;
  }
}

// A page without a list: how things stand, as long as somebody looks.
function followStatus() {
  let source;
  const follow = () => {
    if (source) source.close();
    source = undefined;
    if (document.hidden) return;
    source = new EventSource(document.body.dataset.root + 'stream?rows=none');
    source.addEventListener('status', (event) => showStatus(JSON.parse(event.data)));
  };
  document.addEventListener('visibilitychange', follow);
  addEventListener('pagehide', () => source && source.close());
  addEventListener('pageshow', (event) => { if (event.persisted) follow(); });
  follow();
}

function showStatus({ badges, tiles, isCalm, title, more, needs }) {
  for (const [name, count] of Object.entries(badges)) {
    const badge = document.querySelector('[data-badge=' + name + ']');
    badge.textContent = count;
    badge.hidden = count === 0;
  }
  for (const { name, count, more: under } of tiles) {
    const tile = document.querySelector('[data-tile=' + name + ']');
    if (!tile) return;
    tile.querySelector('.tile-count').textContent = count.toLocaleString('en');
    tile.querySelector('.tile-more').textContent = under;
    tile.classList.toggle(tile.dataset.tone, count > 0);
  }
  const headline = document.querySelector('[data-headline]');
  headline.classList.toggle('is-calm', isCalm);
  headline.classList.toggle('is-asking', !isCalm);
  headline.querySelector('h1').textContent = title;
  headline.querySelector('p').textContent = more;
  headline.querySelector('ul').replaceChildren(...needs.map(({ text, path, details }) => {
    const line = document.createElement('li');
    const link = document.createElement('a');
    link.setAttribute('href', document.body.dataset.root + path);
    link.textContent = text;
    const soft = document.createElement('span');
    soft.className = 'soft';
    soft.textContent = details;
    line.append(link, ' ', soft);
    return line;
  }));
}

// A row opens as a whole: the link lies over it, but for the ids, which show their whole text under the pointer.
function openRow(event) {
  if (!(event.target instanceof Element) || event.target.closest('a, button, summary, input, label, form')) return;
  const link = event.target.closest('tr') && event.target.closest('tr').querySelector('a.open');
  if (link && String(getSelection()) === '') link.click();
}

function copyable(element) {
  if (!navigator.clipboard) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.title = document.body.dataset.label;
  button.setAttribute('aria-label', document.body.dataset.label + ' ' + element.textContent);
  // In a list the keyboard goes from row to row: the page of each has the same ids.
  if (element.closest('td')) button.tabIndex = -1;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(element.dataset.copy);
    button.classList.add('is-done');
    said.textContent = document.body.dataset.copied;
    setTimeout(() => { button.classList.remove('is-done'); said.textContent = ''; }, 1500);
  });
  element.after(button);
}
`;
