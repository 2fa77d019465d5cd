// "Copy": the button says "Copied" for two seconds, and the live region of the page repeats it.

const live = document.getElementById('live');

for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break; // pages without https have none: the value can still be selected
  const label = button.querySelector('[data-label]');
  const name = label.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    say(button.dataset.said);
    clearTimeout(timer);
    timer = setTimeout(() => say(''), 2000);
  });

  function say(text) {
    button.toggleAttribute('data-done', text !== '');
    label.textContent = text || name;
    if (live) live.textContent = text;
  }
}
