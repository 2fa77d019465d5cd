// Holds static/js/code.js to code_vectors.json; `node tests/licenses/check_vectors.mjs` ends with 1 on a difference.
import { readFile } from 'node:fs/promises';

const source = await readFile(new URL('../../static/js/code.js', import.meta.url), 'utf8');
// As a data address, so that node takes it for a module without a package.json.
const code = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const vectors = JSON.parse(await readFile(new URL('./code_vectors.json', import.meta.url), 'utf8'));
let differences = 0;

function expect(what, found, wanted) {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  differences += 1;
  console.error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

for (const vector of vectors) {
  const normalized = code.normalize(vector.input);
  expect(`${vector.note}, normalized`, normalized, vector.normalized);
  expect(`${vector.note}, display`, code.display(normalized), vector.display);
  expect(`${vector.note}, bad symbols`, code.badSymbols(normalized), vector.bad_symbols);
  expect(`${vector.note}, wrong groups`, code.wrongGroups(normalized), vector.wrong_groups);
}

// The caret stays behind the symbol that it stood behind, whatever hyphens come or go.
for (const [count, place] of [[0, 0], [1, 1], [5, 5], [6, 7], [10, 11], [11, 13], [25, 29]]) {
  expect(`caret after ${count} symbols`, code.caretAt(count), place);
}

// A wrong group is named behind the caret or at the end, never in a code that may have no checks.
const typo = vectors.find(vector => vector.note === 'one wrong symbol in group 2').normalized;
expect('20 symbols', code.groupToName(typo.slice(0, 20), 20), undefined);
expect('21 symbols, caret at the end', code.groupToName(typo.slice(0, 21), 21), 2);
expect('21 symbols, caret still in the group', code.groupToName(typo.slice(0, 21), 8), undefined);
expect('25 symbols, caret anywhere', code.groupToName(typo, 8), 2);

if (vectors.length < 40) expect('number of vectors', vectors.length, 'at least 40');
console.log(`${vectors.length} vectors, ${differences} differences`);
process.exitCode = differences ? 1 : 0;
