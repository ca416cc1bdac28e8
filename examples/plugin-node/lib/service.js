// The service: section 5 of docs/protocol.md.
'use strict'

const { randomUUID } = require('node:crypto')
const { ask, complaint, diagnostic } = require('./api.js')

const pageSize = 100
const batchBytes = 1 << 20

const description = exports.description = {
  name: 'node-people',
  version: '1.0.0',
  title: { fr: 'Personnes (exemple en Node.js)', en: 'People (an example in Node.js)' },
  about: 'An example: the tiny API of people that the tests serve.',
  settings: [
    { name: 'url', type: 'string', required: true, label: { fr: 'Adresse', en: 'Address' } },
    { name: 'api_key', type: 'string', required: true, secret: true, label: { fr: 'Clé API', en: 'API key' } }
  ],
  resources: [{
    name: 'people',
    label: { fr: 'Personnes', en: 'People' },
    readable: true,
    writable: true,
    identity: ['id'],
    look_up: ['ids', 'keys'],
    fields: [
      { path: 'id', type: 'string', read_only: true, unique: true, filled: true },
      { path: 'number', type: 'string', required: true, unique: true, class: 'identity' },
      { path: 'name', type: 'string', required: true, class: 'identity' },
      { path: 'email', type: 'string', class: 'contact', sharp: 'e-mail' },
      { path: 'start', type: 'date' }
    ],
    write_form: 'WRITE_FORM_OPERATIONS',
    endpoints: [
      { operation: 'OPERATION_CREATE', reconcile: 'RECONCILE_IDEMPOTENCY_KEY' },
      { operation: 'OPERATION_UPDATE', reconcile: 'RECONCILE_LOOK_UP', changed_only: true }
    ]
  }]
}

const connections = new Map()

const unknownConnection = () => diagnostic('unknown-connection', 'RETRY_NEVER', 'The plugin has no such connection', 'Configure a connection first.')
const unknownResource = () => diagnostic('unknown-resource', 'RETRY_AFTER_FIX', 'The connector has no such resource', 'Use people.')
const notSupported = (what) => diagnostic('not-supported', 'RETRY_NEVER', `The connector does not support ${what}`, 'Do without.')

// open gives the connection of a call, or what is wrong with the call.
function open (handle, resource) {
  const connection = connections.get(handle)
  if (!connection) return { wrong: unknownConnection() }
  if (resource !== undefined && resource !== 'people') return { wrong: unknownResource() }
  return { connection }
}

function describe (call, answer) {
  answer(null, { description })
}

function configure (call, answer) {
  const settings = JSON.parse(call.request.settings_json.toString() || '{}')
  const wrong = wrongSetting(settings)
  if (wrong) return answer(null, { diagnostics: [wrong] })
  const connection = { url: new URL(settings.url), key: settings.api_key, abort: new AbortController() }
  const handle = randomUUID()
  connections.set(handle, connection)
  // Whose data it is: here the host alone says that.
  answer(null, { handle, tenant: { id: connection.url.host, label: connection.url.host } })
}

// wrongSetting holds settings to the description, and names the one that is wrong.
function wrongSetting (settings) {
  const wrong = (code, name, what) => diagnostic(code, 'RETRY_AFTER_FIX', `The setting "${name}" ${what}`, `Look at ${name} in the connection block.`, [name])
  for (const name of Object.keys(settings)) {
    if (!description.settings.some((s) => s.name === name)) return wrong('unknown-setting', name, 'does not exist')
  }
  for (const { name, required } of description.settings) {
    const value = settings[name]
    if (value === undefined || value === null || value === '') {
      if (required) return wrong('missing-setting', name, 'is required and not set')
    } else if (typeof value !== 'string') return wrong('bad-setting-type', name, 'must be a string')
  }
  if (!URL.canParse(settings.url) || !/^https?:$/.test(new URL(settings.url).protocol)) return wrong('bad-url', 'url', 'is no http address')
}

function check (call, answer) {
  answer(null, { diagnostics: [open(call.request.handle).wrong || notSupported('checking a connection')] })
}

function discover (call, answer) {
  answer(null, { diagnostics: [open(call.request.handle).wrong || notSupported('discovering custom fields')] })
}

function stop (call, answer) {
  for (const [handle, connection] of connections) {
    if (call.request.handle && call.request.handle !== handle) continue
    connection.abort.abort() // requests under way end at once
    connections.delete(handle)
  }
  answer(null, {})
}

// read sends batches, then exactly one done, then ends.
async function read (call) {
  const request = call.request
  const out = { call, received: 0, calls: 0, gone: new AbortController() }
  call.on('cancelled', () => out.gone.abort())
  let { connection, wrong } = open(request.handle, request.resource)
  const settings = request.settings_json.toString()
  if (!wrong && settings && settings !== '{}') wrong = diagnostic('unknown-setting', 'RETRY_AFTER_FIX', 'A source block has no settings here', 'Remove them.')
  if (!wrong && request.cursor) wrong = notSupported('reading what changed')
  if (!wrong) {
    // A read ends with its call, or with its connection.
    const abort = () => out.gone.abort()
    connection.abort.signal.addEventListener('abort', abort)
    wrong = await readAll(connection, request, out)
    connection.abort.signal.removeEventListener('abort', abort)
    if (connection.abort.signal.aborted) wrong = unknownConnection()
  }
  if (call.cancelled) return
  call.write({
    done: { complete: !wrong, received: String(out.received), calls: String(out.calls), incomplete_reason: wrong ? 'the read failed' : '' },
    diagnostics: wrong ? [wrong] : []
  })
  call.end()
}

async function readAll (connection, request, out) {
  if (request.ids.length > 0) {
    for (const id of request.ids) {
      const answer = await get(connection, out, '/people/' + encodeURIComponent(id))
      if (answer.status === 404) continue // what is not there is left out
      const wrong = complaint(answer)
      if (wrong) return wrong
      await send(out, [answer.body.data], id)
    }
    return
  }
  if (request.keys.length > 0) {
    for (const key of request.keys) {
      const fields = JSON.parse(key.fields_json.toString())
      if (Object.keys(fields).join() !== 'number') return notSupported('looking up by other fields than number')
      const wrong = await list(connection, out, '&number=' + encodeURIComponent(fields.number), key.ref)
      if (wrong) return wrong
    }
    return
  }
  return list(connection, out, '', '')
}

// list reads page by page until the API's own end was seen.
async function list (connection, out, query, ref) {
  let seen = 0
  for (let page = 1; ; page++) {
    const answer = await get(connection, out, `/people?page=${page}&size=${pageSize}${query}`)
    const wrong = complaint(answer)
    if (wrong) return wrong
    const { items, total } = answer.body
    if (!Array.isArray(items)) return diagnostic('unexpected-form', 'RETRY_AFTER_FIX', 'The answer holds no list', 'Check that the url is the API itself.')
    await send(out, items, ref)
    seen += items.length
    if (items.length === pageSize) continue
    if (seen === total) return
    return diagnostic('incomplete', 'RETRY_LATER', 'The API announced other records than it gave', 'Try again later.')
  }
}

function get (connection, out, path) {
  out.calls++
  return ask(connection, { method: 'GET', path, signal: out.gone.signal })
}

// send ends a batch at 1 MiB, and with the page of the API.
async function send (out, items, ref) {
  let records = []
  let size = 0
  const flush = async () => {
    if (records.length === 0) return
    out.received += records.length
    const more = out.call.write({ batch: { records } })
    records = []
    size = 0
    if (!more && !out.gone.signal.aborted) await new Promise((resolve) => { out.call.once('drain', resolve); out.call.once('cancelled', resolve) })
  }
  for (const item of items) {
    const data = Buffer.from(JSON.stringify(item))
    if (size + data.length > batchBytes) await flush()
    records.push({ key: ref, data })
    size += data.length
  }
  await flush()
}

// write answers each batch before it takes the next: one result a record.
function write (call) {
  let opened
  let answering = Promise.resolve()
  const end = () => { answering = answering.then(() => call.end()) }
  call.on('end', end)
  call.on('data', (message) => {
    call.pause()
    answering = answering.then(async () => {
      if (!opened) {
        opened = message.open ? open(message.open.handle, message.open.resource) : { wrong: diagnostic('bad-protocol-request', 'RETRY_NEVER', 'A write begins with open', 'Report it.') }
        if (!opened.wrong) return call.resume()
        call.write({ diagnostics: [opened.wrong] })
        call.off('end', end)
        return call.end()
      }
      const results = []
      for (const record of message.batch.records) results.push(await writeOne(opened.connection, record))
      call.write({ results })
      call.resume()
    })
  })
}

// writeOne is not cancelled: what was begun is finished, so that its end is known.
async function writeOne (connection, record) {
  const update = record.operation === 'OPERATION_UPDATE'
  const answer = await ask(connection, {
    method: update ? 'PATCH' : 'POST',
    path: update ? '/people/' + encodeURIComponent(record.id) : '/people',
    body: record.data,
    key: record.idempotency_key
  })
  const result = { position: record.position, status: answer.status, attempts: 1 }
  const wrong = complaint(answer)
  if (!wrong) return { ...result, outcome: 'OUTCOME_APPLIED', id: answer.body.data.id }
  return { ...result, outcome: outcome(answer), diagnostic: wrong }
}

// outcome says what became of a write that did not succeed. When in doubt it is
// unknown: the engine then finds out.
function outcome ({ status, sent }) {
  if (status === 0) return sent ? 'OUTCOME_UNKNOWN' : 'OUTCOME_NOT_SENT'
  if (status === 429 || status === 503) return 'OUTCOME_REFUSED'
  return status >= 400 && status < 500 ? 'OUTCOME_REFUSED' : 'OUTCOME_UNKNOWN'
}

exports.service = { Describe: describe, Configure: configure, Check: check, Discover: discover, Read: read, Write: write, Stop: stop }
