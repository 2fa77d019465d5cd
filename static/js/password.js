// Password fields: "Show", and the four rules checked while typing (neutral at first, red only after leaving the field).

const TESTS = {
  length: text => [...text].length >= 8,
  digit: text => /\p{Nd}/u.test(text),
  upper: text => /\p{Lu}/u.test(text),
  lower: text => /\p{Ll}/u.test(text),
};

for (const box of document.querySelectorAll('[data-rules]')) {
  const field = document.getElementById(box.dataset.rules);
  field.addEventListener('input', () => check(box, field.value, false));
  // An empty field keeps what the server said of the refused password.
  field.addEventListener('blur', () => field.value && check(box, field.value, true));
  if (field.value) check(box, field.value, field.getAttribute('aria-invalid') === 'true');
}

function check(box, text, strict) {
  const rules = [...box.querySelectorAll('[data-rule]')];
  const met = rules.filter(rule => mark(rule, TESTS[rule.dataset.rule](text), strict && text !== '')).length;
  const status = box.querySelector('[role=status]');
  status.textContent = text && status.dataset.text.replace('{met}', met).replace('{all}', rules.length);
}

function mark(rule, met, strict) {
  rule.dataset.state = met ? 'met' : strict ? 'miss' : 'open';
  rule.querySelector('.vh').textContent = met ? rule.dataset.met : rule.dataset.open;
  return met;
}

for (const button of document.querySelectorAll('[data-show]')) {
  const field = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = field.type === 'password';
    field.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', shown);
    button.textContent = shown ? button.dataset.hide : button.dataset.reveal;
  });
  // Sent as a password field, so that the browser offers to keep it and never lists it as a form entry.
  field.form?.addEventListener('submit', () => { field.type = 'password'; });
}
