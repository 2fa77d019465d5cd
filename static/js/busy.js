// A form is sent once: its button shows that it is busy, and a second press does nothing.

for (const type of ['submit', 'pageshow']) {
  addEventListener(type, event => {
    if (type === 'submit' && !event.defaultPrevented && event.target.method === 'post') hold(event);
    if (type === 'pageshow') release(); // back from the next page, which the browser may have kept alive
  });
}

function hold(event) {
  const form = event.target;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '';
  event.submitter?.setAttribute('aria-busy', 'true');
}

function release() {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const button of document.querySelectorAll('button[aria-busy]')) button.removeAttribute('aria-busy');
}
