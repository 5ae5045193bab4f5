// The peer: the same routes as Berm's, over the same tables, as such services are usually built today: fastify with
// better-sqlite3, one process, statements prepared once, JSON by JSON.stringify. It looks the token up in the register
// and keeps to the caller's areas, as Berm does. It masks no fields and writes no journal: what is left out is in its
// favour.
//
//   node server.js REGISTER PORT      the register is a copy that the peer may write to
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const [path, port] = process.argv.slice(2);
const database = new Database(path);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.pragma('foreign_keys = ON');
database.pragma('cache_size = -32768'); // as much as Berm's connections have together

const prepare = (sql) => database.prepare(sql).raw(); // rows as lists: the quicker of its two ways
const NOTHING = [];

// ---- Who calls, and where ----

const tokenByHash = prepare(`
  SELECT t.account_id, t.expires_at_s, t.revoked_at_s, c.is_active
  FROM api_token AS t JOIN account AS c ON c.account_id = t.account_id WHERE t.token_hash = ?`);
const grants = prepare(`
  SELECT g.role, coalesce(a.position_low, 0), coalesce(a.position_high, 9223372036854775807)
  FROM role_grant AS g LEFT JOIN area AS a ON a.area_id = g.area_id WHERE g.account_id = ?`).safeIntegers();

function scopeOf(request) {
  const authorization = request.headers.authorization ?? '';
  const hash = createHash('sha256').update(authorization.slice('Bearer '.length)).digest('hex');
  const token = tokenByHash.get(hash);
  if (!token || token[1] < Date.now() / 1000 || token[2] !== null || !token[3]) return null;
  return grants.all(token[0]).map(([, low, high]) => [low, high]);
}

const isInside = (scope, position) => scope.some(([low, high]) => low <= position && position <= high);

// ---- Values ----

function reader(type) {
  if (type === 'boolean') return (value) => (value === null ? null : value !== 0);
  if (type === 'money') return (value) => (value === null ? null : (value / 100).toFixed(2));
  if (type === 'decimal') return (value) => (value === null ? null : value / 1e6);
  return (value) => value;
}

function variablesOf(entity) {
  return prepare('SELECT name, type FROM variable WHERE entity = ?').all(entity)
    .map(([name, type]) => ({ name, read: reader(type) }));
}

function valuesOf(variables, row) {
  const values = {};
  for (let i = 0; i < variables.length; i++) values[variables[i].name] = variables[i].read(row ? row[i] : null);
  return values;
}

const columns = (variables) => variables.map(({ name }) => `"${name}"`).join(', ') || '1';
const householdVariables = variablesOf('household');
const personVariables = variablesOf('person');
const month = (number) => `${String(number).slice(0, 4)}-${String(number).slice(4)}`;

// ---- One household ----

const householdByCode = prepare(`
  SELECT h.household_id, h.code, h.is_active, a.code, a.position_low
  FROM household AS h JOIN area AS a ON a.area_id = h.area_id WHERE h.code = ?`);
const householdData = prepare(`SELECT ${columns(householdVariables)} FROM household_data WHERE household_id = ?`);
const personData = prepare(`SELECT ${columns(personVariables)} FROM person_data WHERE person_id = ?`);
const members = prepare(`
  SELECT p.person_id, p.code, p.name, p.sex, p.birth_date, m.from_date, m.to_date, m.relation, m.end_reason
  FROM membership AS m JOIN person AS p ON p.person_id = m.person_id
  WHERE m.household_id = ? ORDER BY m.to_date IS NOT NULL, p.person_id, m.from_date`);
const flows = prepare(`
  SELECT e.month, f.name, s.code, e.amount_minor
  FROM flow_entry AS e JOIN flow AS f ON f.flow_id = e.flow_id
  JOIN flow_source AS s ON s.flow_source_id = e.flow_source_id
  WHERE e.household_id = ? ORDER BY e.month, f.name, s.code`);
const changes = prepare(`
  SELECT c.at, c.actor, c.via, r.fields FROM change_row AS r JOIN change AS c ON c.change_id = r.change_id
  WHERE r.entity = 'household' AND r.entity_id = ? ORDER BY r.change_id`);

function memberOf([id, code, name, sex, birth_date, from_date, to_date, relation, end_reason]) {
  return { code, name, sex, birth_date, relation, from_date: from_date === '0001-01-01' ? null : from_date, to_date,
    end_reason, values: valuesOf(personVariables, personData.get(id)) };
}

const readHousehold = database.transaction((scope, code) => {
  const row = householdByCode.get(code);
  if (!row || !isInside(scope, row[4])) return null;
  return {
    code: row[1], area: row[3], active: row[2] !== 0, hidden: NOTHING,
    values: valuesOf(householdVariables, householdData.get(row[0])),
    members: members.all(row[0]).map(memberOf),
    flows: flows.all(row[0]).map(([m, flow, source, amount]) => ({ month: month(m), flow, source, amount: (amount / 100).toFixed(2) })),
    changes: changes.all(row[0]).map(([at, actor, via, fields]) => ({ at, actor, via, fields: JSON.parse(fields) })),
  };
});

// ---- Lists and searches ----

const RISKS = ['critical', 'high', 'medium', 'low', 'undetermined', 'none'];
const hasSearch = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'person_term'").get() !== undefined;
if (hasSearch) database.exec('CREATE INDEX IF NOT EXISTS peer_person_term ON person_term (term, person_id)');
const rowOf = ([code, area, area_name, area_name_en, rank, active, person = null, person_name = null]) =>
  ({ code, area, area_name, area_name_en, risk_level: RISKS[rank], active: active !== 0, person, person_name });

const areaByCode = prepare('SELECT position_low, position_high FROM area WHERE code = ?').safeIntegers();
const page = hasSearch && prepare(`
  SELECT h.code, a.code, a.name, a.name_en, h.risk_rank, h.is_active
  FROM area AS a JOIN household AS h ON h.area_id = a.area_id
  WHERE a.position_low BETWEEN ? AND ? AND h.is_active = 1 AND h.code > ?
  ORDER BY h.code LIMIT ?`);
const byTerm = hasSearch && prepare(`
  SELECT h.code, a.code, a.name, a.name_en, h.risk_rank, h.is_active, p.code, p.name
  FROM person_term AS t JOIN person_search AS s ON s.person_id = t.person_id
  JOIN household AS h ON h.household_id = s.household_id JOIN area AS a ON a.area_id = h.area_id
  JOIN person AS p ON p.person_id = t.person_id
  WHERE t.term >= ? AND t.term < ? AND a.position_low BETWEEN ? AND ? LIMIT ?`);

const listHouseholds = database.transaction((scope, { area, search, cursor = '', limit = '50' }) => {
  const [low, high] = area ? areaByCode.get(area) : scope[0];
  const rows = search ? byTerm.all(search, search + '\u{10FFFF}', low, high, Number(limit))
    : page.all(low, high, cursor, Number(limit));
  const items = rows.map(rowOf);
  return { items, next: items.length === Number(limit) ? items.at(-1).code : null };
});

// ---- Changing a household ----

const lastChange = prepare('SELECT max(change_id) FROM change');
const addChange = database.prepare("INSERT INTO change (change_id, at, actor, via) VALUES (?, ?, 'bench', 'api')");
const addChangeRow = database.prepare(
  "INSERT INTO change_row (change_id, entity, entity_id, fields) VALUES (?, 'household', ?, ?)");
const updates = new Map(householdVariables.map(({ name, read }) => [name, {
  read, get: prepare(`SELECT "${name}" FROM household_data WHERE household_id = ?`),
  set: database.prepare(`UPDATE household_data SET "${name}" = ? WHERE household_id = ?`) }]));

const changeHousehold = database.transaction((scope, code, values) => {
  const row = householdByCode.get(code);
  if (!row || !isInside(scope, row[4])) return null;
  const fields = {};
  for (const [name, value] of Object.entries(values)) {
    const update = updates.get(name);
    fields[name] = [update.read(update.get.get(row[0])?.[0] ?? null), value];
    update.set.run(value, row[0]);
  }
  const change = lastChange.get()[0] + 1;
  addChange.run(change, new Date().toISOString());
  addChangeRow.run(change, row[0], JSON.stringify(fields));
  return { code, version: change };
});

// ---- Routes ----

const service = Fastify();

service.addHook('onRequest', (request, reply, next) => {
  request.scope = scopeOf(request);
  if (request.scope === null) reply.code(401).send({ title: 'Unauthorized' });
  else next();
});
const notFound = (reply) => reply.code(404).send({ title: 'Not Found' });

service.get('/v1/households/:code', (request, reply) => {
  const household = readHousehold(request.scope, request.params.code);
  return household ? reply.send(household) : notFound(reply);
});
service.get('/v1/households', (request, reply) => reply.send(listHouseholds(request.scope, request.query)));
service.patch('/v1/households/:code', (request, reply) => {
  const household = changeHousehold.immediate(request.scope, request.params.code, request.body.values);
  return household ? reply.send(household) : notFound(reply);
});

await service.listen({ host: '127.0.0.1', port: Number(port) });
console.error(`Serving on http://127.0.0.1:${service.server.address().port}`);
