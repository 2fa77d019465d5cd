// The activation code field. The first half are pure functions that give the same answers as licenses/codes.py
// (tests/licenses/code_vectors.json holds both to it); the second half puts them to work in `input[data-code]`.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // no I, L, O, U: they look like 1, 1, 0, V
const GROUP = 5;
const FULL_LENGTH = 25;
const LENGTH_WITHOUT_CHECKS = 20;
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
  const bare = text.normalize('NFKC').replace(IGNORED, '').toUpperCase();
  return [...bare].map(symbol => LOOK_ALIKES.get(symbol) ?? symbol).join('');
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
  let before = symbolsOf(field.value);
  field.addEventListener('input', event => update(event));
  field.addEventListener('compositionend', event => update(event, true));
  if (field.value) putCaretAtEnd(field);
  hint(field, before, before.length);

  function update(event, composed = false) {
    if (event.isComposing && !composed) return; // an input method is at work: its text is not ours yet
    let code = symbolsOf(field.value);
    let caret = symbolsOf(field.value.slice(0, field.selectionStart)).length;
    if (code === before && event.inputType?.startsWith('deleteContent')) [code, caret] = deletedHyphen(event, code, caret);
    write(field, code, caret);
    hint(field, code, caret);
    before = code;
  }
}

// Only a hyphen was deleted, and hyphens are ours: what was meant is the symbol on its other side.
function deletedHyphen(event, code, caret) {
  const at = event.inputType === 'deleteContentForward' ? caret : caret - 1;
  if (at < 0 || at >= code.length) return [code, caret];
  return [code.slice(0, at) + code.slice(at + 1), at];
}

function write(field, code, caret) {
  const text = display(code);
  if (field.value === text) return; // nothing to tidy, so the browser's own caret and undo stay untouched
  field.value = text;
  field.setSelectionRange(caretAt(caret), caretAt(caret));
}

function putCaretAtEnd(field) {
  const toEnd = () => field.setSelectionRange(field.value.length, field.value.length);
  if (document.activeElement === field) toEnd();
  else field.addEventListener('focus', toEnd, { once: true });
}

function hint(field, code, caret) {
  const place = document.querySelector(`[data-code-hint="${field.id}"]`);
  if (!place) return;
  const [stranger] = badSymbols(code);
  const group = groupToName(code, caret);
  const text = stranger ? place.dataset.stranger.replace('{symbol}', stranger)
    : group ? place.dataset.typo.replace('{group}', group) : '';
  if (place.textContent !== text) place.textContent = text; // said once, not at each key
}
