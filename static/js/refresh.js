// A part of a page that shows what happens elsewhere asks for itself again: each second of the first minute after the
// page was opened or looked at again, then less often, and never while the tab is hidden.

const OFTEN = 1_000, SELDOM = 10_000, MINUTE = 60_000;

for (const part of document.querySelectorAll('[data-refresh]')) keepFresh(part);

function keepFresh(part) {
  let tag = '', wait = OFTEN, lookedAt = performance.now(), timer = 0, asking = false;
  for (const [target, type] of [[window, 'focus'], [document, 'visibilitychange']]) target.addEventListener(type, wake);
  plan();

  function wake() {
    if (document.hidden) return clearTimeout(timer);
    lookedAt = performance.now();
    wait = OFTEN;
    if (!asking) look();
  }

  function plan() {
    clearTimeout(timer);
    if (performance.now() - lookedAt > MINUTE) wait = Math.min(wait * 1.5, SELDOM);
    if (!document.hidden) timer = setTimeout(look, wait);
  }

  async function look() {
    clearTimeout(timer);
    asking = true;
    const goesOn = await ask().catch(() => { wait = SELDOM; return true; }); // no network: later again, without a word
    asking = false;
    if (goesOn) plan();
  }

  // False when there is nothing to ask for any more: the person signed out.
  async function ask() {
    const headers = tag ? { 'If-None-Match': tag } : {};
    const answer = await fetch(part.dataset.refresh, { headers, redirect: 'manual', cache: 'no-store' });
    if (answer.type === 'opaqueredirect' || answer.status === 404) return false;
    if (answer.status >= 429) wait = SELDOM;
    if (answer.status === 200) {
      const text = await answer.text();
      if (!isInUse(part)) {
        tag = answer.headers.get('ETag') ?? '';
        show(part, text);
      }
    }
    return true;
  }
}

// A press that has begun, or a text that is being marked, must not lose what is under it.
function isInUse(part) {
  const marked = getSelection();
  return part.matches(':active') || (!marked.isCollapsed && marked.containsNode(part, true));
}

function show(part, text) {
  const fresh = document.createElement(part.localName);
  fresh.innerHTML = text;
  const focused = part.contains(document.activeElement) && document.activeElement.getAttribute('href');
  const before = summary(part), old = [...part.children], now = [...fresh.children];
  now.forEach((node, place) => {
    if (!old[place]) part.append(node);
    else if (!old[place].isEqualNode(node)) old[place].replaceWith(node);
  });
  for (const node of old.slice(now.length)) node.remove();
  if (focused && !part.contains(document.activeElement)) {
    part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  const live = document.getElementById('live');
  if (live && summary(part) !== before) live.textContent = summary(part);
}

// What a reader hears, and only when it has changed: how many devices there are and how they do.
function summary(part) {
  return part.querySelector('.lead')?.textContent.replace(/\s+/g, ' ').trim();
}
