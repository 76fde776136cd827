'use strict'
// Takes mail for everyone, and sends it to the sink.
exports.register = function () {
  this.register_hook('connect', 'relaying')
  this.register_hook('rcpt', 'take')
  this.register_hook('get_mx', 'route')
}
exports.relaying = function (next, connection) {
  connection.relaying = true
  next()
}
exports.take = (next) => next(OK)
exports.route = function (next, hmail, domain) {
  const many = /^d(\d+)\.many\.test$/.exec(domain)
  const i = many ? Number(many[1]) : 0
  next(OK, { priority: 0, exchange: many ? `127.1.${Math.floor(i / 200)}.${(i % 200) + 1}` : '127.0.0.1', port: @SINK@ })
}
