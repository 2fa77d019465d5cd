// The activation code field. The first half are pure functions that give the same answers as licenses/spelling.py
// (tests/licenses/code_vectors.json holds both to it); the second half puts them to work in `input[data-code]`.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // no I, L, O, U: they look like 1, 1, 0, V
const GROUP = 5;
const FULL_LENGTH = 25;
const LENGTH_WITHOUT_CHECKS = 20;
const UNSEEN = /[\u00ad\u200b-\u200f\u2060\ufeff]/gu;
const HYPHENS = /[-_\u2010-\u2015\u2212]/gu;
const BETWEEN_WORDS = /[^\p{L}\p{N}-]+/u;
const IGNORED = /[\s\x1c-\x1f\x85\-_.\u00ad\u200b-\u200f\u2010-\u2015\u2212\u2060\ufeff]/gu;
const LOOK_ALIKES = twins(
  'ILO' + 'АВЕКМНОРСТХУЅІЈ' + 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', // Latin, Cyrillic, Greek
  '110' + 'ABEKMH0PCTXYS1J' + 'ABEZH1KMN0PTYX',
);

function twins(typed, meant) {
  return new Map([...typed].map((symbol, at) => [symbol, [...meant][at]]));
}

/** Spell a typed code as it is stored: upper case, no hyphens or spaces, look-alikes read as their twin. */
export function normalize(text) {
  return translate(text.normalize('NFKC').replace(IGNORED, '').toUpperCase());
}

function translate(text) {
  return [...text].map(symbol => LOOK_ALIKES.get(symbol) ?? symbol).join('');
}

/** Return the codes that a text holds, each once: whose check symbols fit, or else what is written like a code. */
export function candidates(text) {
  const seen = text.normalize('NFKC').replace(UNSEEN, '').toUpperCase();
  const symbols = [...translate(seen.replace(/[^\p{L}\p{N}]/gu, ''))];
  let found = symbols.map((_symbol, at) => symbols.slice(at, at + FULL_LENGTH).join('')).filter(isWhole);
  for (const length of [FULL_LENGTH, LENGTH_WITHOUT_CHECKS]) if (!found.length) found = writtenLikeACode(seen, length);
  return [...new Set(found)];
}

function isWhole(code) {
  return code.length === FULL_LENGTH && badSymbols(code).length === 0 && wrongGroups(code).length === 0;
}

function writtenLikeACode(text, length) {
  return text.replace(HYPHENS, '-').split(BETWEEN_WORDS).flatMap(word => {
    const parts = word.replace(/^-+|-+$/g, '').split('-');
    const code = translate(parts.join(''));
    const inGroups = parts.length === 1 || parts.every(part => [...part].length === GROUP);
    return code.length === length && inGroups && !badSymbols(code).length && /[0-9]/.test(word) ? [code] : [];
  });
}

/** Write a normalized code in groups of five with hyphens. */
export function display(code) {
  return groups(code).join('-');
}

/** Return the symbols that no code has, each once, in the order typed. */
export function badSymbols(code) {
  return [...new Set(code)].filter(symbol => !ALPHABET.includes(symbol));
}

/** Return the check symbol of the group with this index, 1 to 5 (ISO 7064, hybrid system over 32 symbols). */
export function checkSymbol(index, symbols) {
  const size = ALPHABET.length;
  let sum = size / 2;
  for (const symbol of index + symbols) sum = (doubled(sum, size) + ALPHABET.indexOf(symbol)) % size;
  return ALPHABET[(1 - doubled(sum, size) + 2 * size) % size];
}

function doubled(sum, size) {
  return ((sum || size) * 2) % (size + 1);
}

/** Return the numbers, from 1, of the complete groups whose check symbol does not fit. */
export function wrongGroups(code) {
  return groups(code).flatMap((group, at) => (complete(group) && !fits(at + 1, group) ? [at + 1] : []));
}

function groups(code) {
  const symbols = [...code];
  const starts = Array.from({ length: Math.ceil(symbols.length / GROUP) }, (_, at) => at * GROUP);
  return starts.map(start => symbols.slice(start, start + GROUP).join(''));
}

function complete(group) {
  return group.length === GROUP && badSymbols(group).length === 0;
}

function fits(index, group) {
  return checkSymbol(index, group.slice(0, -1)) === group.slice(-1);
}

/** Return the group to name while typing, or nothing: only behind the caret, and only in a code that has checks. */
export function groupToName(code, caret) {
  if (code.length <= LENGTH_WITHOUT_CHECKS) return undefined;
  return wrongGroups(code).find(group => code.length >= FULL_LENGTH || caret > group * GROUP);
}

/** What the field keeps of a text: letters and digits; a symbol that no code has stays visible, so that it can be named. */
export function symbolsOf(text) {
  return normalize(text).replace(/[^\p{L}\p{N}]/gu, '');
}

/** Where the caret stands in the written code when so many symbols are left of it. */
export function caretAt(count) {
  return count + Math.floor(Math.max(0, count - 1) / GROUP);
}

if (typeof document !== 'undefined') {
  for (const field of document.querySelectorAll('input[data-code]')) start(field);
}

function start(field) {
  const typedBefore = field.value !== field.defaultValue; // this script came late
  let before = symbolsOf(field.defaultValue), writing = false;
  field.addEventListener('input', event => writing || update(event));
  field.addEventListener('compositionend', event => update(event, true));
  field.addEventListener('paste', event => paste(event));
  if (typedBefore) update({});
  else if (field.value) showKept();

  function update(event, composed = false) {
    if (event.isComposing && !composed) return; // an input method is at work: its text is not ours yet
    let code = symbolsOf(field.value);
    let caret = symbolsOf(field.value.slice(0, field.selectionStart)).length;
    if (code === before && event.inputType?.startsWith('deleteContent')) [code, caret] = deletedHyphen(event, code, caret);
    const found = candidates(field.value);
    const isBrought = code.length > before.length + 1 && !composed; // more than a key gives: pasted, dropped, dictated
    if (isBrought && found.length === 1 && found[0] !== code) {
      [code] = found;
      caret = code.length;
    }
    const isTidied = code.length <= FULL_LENGTH && !event.inputType?.startsWith('history');
    writing = true; // what is written here is no news
    if (isTidied) write(field, display(code), caretAt(caret));
    writing = false;
    clearRefusal(field);
    hint(field, code, caret, found);
    before = code;
  }

  function showKept() {
    putCaretAtEnd(field);
    if (!field.form?.querySelector('[data-refusal]')) hint(field, before, before.length, candidates(field.value));
  }

  // A field has no lines: the browser would join the last word of one with the first of the next.
  function paste(event) {
    const found = candidates(event.clipboardData?.getData('text') ?? '');
    if (found.length !== 1 || found[0].length !== FULL_LENGTH) return;
    event.preventDefault();
    write(field, display(found[0]), caretAt(FULL_LENGTH));
    update({});
  }
}

// Only a hyphen was deleted, and hyphens are ours: what was meant is the symbol on its other side.
function deletedHyphen(event, code, caret) {
  const at = event.inputType === 'deleteContentForward' ? caret : caret - 1;
  if (at < 0 || at >= code.length) return [code, caret];
  return [code.slice(0, at) + code.slice(at + 1), at];
}

function write(field, text, caret) {
  if (field.value === text) return; // nothing to tidy, so the browser's own caret and undo stay untouched
  const focused = document.activeElement === field;
  if (focused) field.select();
  // Written as if typed, where the browser can: then it can be undone. Nothing may be inserted but a text.
  if (!focused || !document.execCommand(text ? 'insertText' : 'delete', false, text)) field.value = text;
  field.setSelectionRange(caret, caret);
}

function putCaretAtEnd(field) {
  const toEnd = () => field.setSelectionRange(field.value.length, field.value.length);
  if (document.activeElement === field && field.selectionEnd === 0) toEnd();
  else field.addEventListener('focus', toEnd, { once: true });
}

// What the server refused is another text than the one that stands here now.
function clearRefusal(field) {
  for (const refusal of field.form?.querySelectorAll('[data-refusal]') ?? []) refusal.remove();
  const described = field.getAttribute('aria-describedby')?.split(' ').filter(id => document.getElementById(id));
  if (described) field.setAttribute('aria-describedby', described.join(' '));
  field.removeAttribute('aria-invalid');
}

function hint(field, code, caret, found) {
  const place = document.querySelector(`[data-code-hint="${field.id}"]`);
  if (!place) return;
  const [text, marked] = news(code, caret, found, place.dataset);
  if (marked.length) field.dataset.wrong = marked.join(' ');
  else delete field.dataset.wrong;
  if (place.textContent !== text) place.textContent = text; // said once, not at each key
}

// What to say, and the groups to mark.
function news(code, caret, found, texts) {
  if (code.length > FULL_LENGTH) return [found.length > 1 ? texts.several : texts.long, []];
  const [stranger] = badSymbols(code);
  const group = groupToName(code, caret);
  if (stranger) return [texts.stranger.replace('{symbol}', stranger), strangeGroups(code)];
  return group ? [texts.typo.replace('{group}', group), [group]] : ['', []];
}

function strangeGroups(code) {
  return groups(code).flatMap((group, at) => (badSymbols(group).length ? [at + 1] : []));
}
