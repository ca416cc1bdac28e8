// Requests to the API of people, and what their ends mean.
'use strict'

const http = require('node:http')
const https = require('node:https')

// ask makes one request and never throws. sent says whether it may have reached
// the API: what was not sent can be sent again, what was sent can't.
exports.ask = function (connection, { method, path, body, key, signal }) {
  return new Promise((resolve) => {
    let sent = false
    const client = connection.url.protocol === 'https:' ? https : http
    const request = client.request(connection.url.href.replace(/\/$/, '') + path, {
      method,
      signal,
      agent: false, // a kept connection may be closed while a write is on its way
      headers: {
        Authorization: 'Bearer ' + connection.key,
        'Content-Type': 'application/json',
        ...(key ? { 'Idempotency-Key': key } : {})
      }
    })
    request.setTimeout(30_000, () => request.destroy(new Error('time-out')))
    request.on('socket', (socket) => socket.once('connect', () => { sent = true }))
    request.on('error', () => resolve({ status: 0, sent }))
    request.on('response', (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('error', () => resolve({ status: 0, sent }))
      response.on('aborted', () => resolve({ status: 0, sent }))
      response.on('end', () => resolve({ status: response.statusCode, sent, body: parse(Buffer.concat(parts)) }))
    })
    request.end(body)
  })
}

// parse gives undefined for what is no JSON: a login page, half an answer. The
// API's ids are texts; a number beyond 2^53 would have to be kept as its bytes.
function parse (bytes) {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

// complaint puts into words what an answer says; undefined for a good one. None
// of the words are the API's own: they might quote a record.
exports.complaint = function ({ status, body }) {
  if (status === 0) return diagnostic('unavailable', 'RETRY_LATER', 'The API can not be reached, or its answer broke off', 'Try again later.')
  if (status === 401 || status === 403) return diagnostic('unauthorized', 'RETRY_CREDENTIALS', 'The API refused the key', 'Check the key and its rights.')
  if (status === 429 || status >= 500) return diagnostic('unavailable', 'RETRY_LATER', `The API answered ${status}`, 'Try again later.')
  if (status >= 300) return diagnostic('refused', 'RETRY_AFTER_FIX', `The API refused the request with ${status}`, 'Check the record and the mapping.')
  if (body === undefined) return diagnostic('not-json', 'RETRY_AFTER_FIX', 'The answer is no JSON', 'Check that the url is the API itself.')
}

function diagnostic (code, retry, summary, remedy, attribute = []) {
  return { severity: 'SEVERITY_ERROR', code, retry, summary, remedy, attribute }
}
exports.diagnostic = diagnostic
