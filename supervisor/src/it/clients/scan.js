'use strict'
// Scans files with a client that npm has, one after the other: scan.js CLIENT FILE...
const fs = require('fs')
const [name, ...files] = process.argv.slice(2)
const { SOCKET: socket, PORT: port } = process.env
const host = '127.0.0.1'
const load = module => require(__dirname + '/../clients/npm/node_modules/' + module)

// what each says of a file: true, false, or whatever else it returns
const infected = {
  async 'npm-clamscan-stream' (file) {
    const scanner = await new (load('clamscan'))().init({ clamdscan: { socket, timeout: 10000, localFallback: false }, preference: 'clamdscan' })
    return (await scanner.scanStream(fs.createReadStream(file))).isInfected
  },
  async 'npm-clamscan-tcp' (file) {
    const scanner = await new (load('clamscan'))().init({ clamdscan: { host, port, timeout: 10000, localFallback: false }, preference: 'clamdscan' })
    return (await scanner.isInfected(file)).isInfected
  },
  async 'npm-internxt-scan' (file) {
    const scanner = await new (load('@internxt/scan'))().init({ clamdscan: { host, port, timeout: 10000, localFallback: false }, preference: 'clamdscan' })
    return (await scanner.scanStream(fs.createReadStream(file))).isInfected
  },
  async 'npm-clamdjs' (file) {
    const clamdjs = load('clamdjs')
    const reply = await clamdjs.createScanner(host, Number(port)).scanFile(file, 10000)
    if (clamdjs.isCleanReply(reply)) return false
    if (/ FOUND/.test(reply)) return true
    throw new Error(reply)
  },
  'npm-clamav.js' (file) {
    return new Promise((resolve, reject) =>
      load('clamav.js').createScanner(Number(port), host).scan(file, (error, _, virus) => error ? reject(error) : resolve(virus !== undefined)))
  }
}[name]

async function main () {
  for (const file of files) {
    let verdict, words
    try {
      words = await infected(file)
      verdict = words === true ? 'infected' : words === false ? 'clean' : 'error'
    } catch (error) {
      verdict = 'error'
      words = error
    }
    console.log(verdict + '\t' + String(words).replace(/[\n\0]/g, '|'))
  }
  process.exit(0)
}
process.on('uncaughtException', error => { console.log('error\t' + String(error).replace(/[\n\0]/g, '|')); process.exit(1) })
main()
