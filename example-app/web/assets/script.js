// Without it the page works too, by forms and reloads.
const { body } = document;

const source = new EventSource(body.dataset.live);
source.addEventListener('message', ({ data }) => {
  for (const [id, html] of Object.entries(JSON.parse(data))) show(document.getElementById(id), html);
});

/** Puts what has changed in its place, without taking the focus away. */
function show(element, html) {
  if (element === null || element.shown === html) return;
  element.shown = html;
  const was = [...element.querySelectorAll('[data-value]')].map((one) => one.dataset.value);
  const at = [...element.querySelectorAll('a, button')].indexOf(document.activeElement);
  const record = element.querySelector('[data-record]')?.dataset.record;
  element.innerHTML = html;
  [...element.querySelectorAll('[data-value]')].forEach((one, index) => {
    if (was[index] !== one.dataset.value) one.classList.add('is-new');
  });
  const steps = element.querySelector('[data-record]');
  if (steps && steps.dataset.record !== record) steps.classList.add('is-new');
  if (at >= 0) element.querySelectorAll('a, button')[at]?.focus();
}

for (const form of document.forms) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await fetch(form.action, { method: 'POST', body: fields }).catch(() => undefined);
    const text = (await answer?.text()) ?? '';
    const wrong = form.querySelector('.wrong');
    if (!wrong) return;
    const page = new DOMParser().parseFromString(text, 'text/html');
    wrong.textContent = answer?.status === 422 ? page.getElementById('wrong').textContent : '';
    form.elements.amount.toggleAttribute('aria-invalid', answer?.status === 422);
    if (answer?.ok) say(form.querySelector('.primary'));
  });
}

for (const button of document.querySelectorAll('.copy')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button);
  });
}

/** For a moment, a button says that it has done it. */
function say(button) {
  button.title ||= button.textContent;
  const { title } = button;
  button.textContent = button.dataset.done;
  button.classList.add('is-done');
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.textContent = title;
    button.classList.remove('is-done');
  }, 1_500);
}
