// The process around a service: sections 1, 3, 4 and 8 of docs/protocol.md.
'use strict'

const path = require('node:path')
const grpc = require('@grpc/grpc-js')
const loader = require('@grpc/proto-loader')
const selfsigned = require('selfsigned')

const limit = 64 << 20

exports.startedByEngine = () => process.env.PASSERELLE_PLUGIN === '7d1c1b56-connector'

// load reads a file of proto. Numbers of 64 bits stay texts: a JavaScript number
// would round them.
function load (file) {
  const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true }
  return grpc.loadPackageDefinition(loader.loadSync(path.join(__dirname, '..', 'proto', file), options))
}

exports.serve = async function (service) {
  process.on('SIGINT', () => {}) // Ctrl-C is the engine's
  const parent = process.ppid
  setInterval(() => { if (process.ppid !== parent) process.exit(1) }, 1000)

  const server = new grpc.Server({ 'grpc.max_receive_message_length': limit, 'grpc.max_send_message_length': limit })
  server.addService(load('connector.proto').connector.v1.Connector.service, service)
  server.addService(load('health.proto').grpc.health.v1.Health.service, {
    Check: (call, answer) => answer(null, { status: 'SERVING' })
  })
  const plugin = load('plugin.proto').plugin
  server.addService(plugin.GRPCStdio.service, {
    StreamStdio: () => {} // kept open, nothing sent: logs go to stderr
  })
  server.addService(plugin.GRPCController.service, {
    Shutdown: (call, answer) => {
      answer(null, {})
      setImmediate(() => process.exit(0))
    }
  })

  const pems = await certificate()
  const credentials = grpc.ServerCredentials.createSsl(
    Buffer.from(process.env.PLUGIN_CLIENT_CERT), // whom to trust: the engine, and nobody else
    [{ private_key: Buffer.from(pems.private), cert_chain: Buffer.from(pems.cert) }],
    true) // demand its certificate
  const socket = path.join(process.env.PLUGIN_UNIX_SOCKET_DIR, 's')
  await new Promise((resolve, reject) => server.bindAsync('unix:' + socket, credentials, (err) => err ? reject(err) : resolve()))

  const der = pems.cert.replace(/-----[A-Z ]+-----|\s/g, '').replace(/=+$/, '')
  process.stdout.write(`1|1|unix|${socket}|grpc|${der}\n`)
}

// certificate makes a key and a certificate for this run, in memory alone.
function certificate () {
  return selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 60_000),
    notAfterDate: new Date(Date.now() + 24 * 3600_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }
    ]
  })
}
