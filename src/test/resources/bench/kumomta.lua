-- KumoMTA as a relay: both spools on disk and synced.
local kumo = require 'kumo'

kumo.on('init', function()
  kumo.define_spool { name = 'data', path = '@HOME@/spool/data', kind = '@KIND@', flush = true }
  kumo.define_spool { name = 'meta', path = '@HOME@/spool/meta', kind = '@KIND@', flush = true }
  kumo.configure_local_logs { log_dir = '@HOME@/logs', max_segment_duration = '10 seconds' }
  kumo.start_esmtp_listener {
    listen = '127.0.0.1:@PORT@',
    hostname = 'mail.bench.test',
    relay_hosts = { '127.0.0.0/8' },
    tls_certificate = '@HOME@/tls.crt',
    tls_private_key = '@HOME@/tls.key',
    max_message_size = 104857600,
    max_messages_per_connection = 1000000,
    deferred_spool = false,
  }
  kumo.start_http_listener { listen = '127.0.0.1:@HTTP@', trusted_hosts = { '127.0.0.1' } }
end)

kumo.on('get_listener_domain', function()
  return kumo.make_listener_domain { relay_to = true }
end)

kumo.on('get_queue_config', function(domain)
  local many = domain:match '^d(%d+)%.many%.test$'
  local address = '127.0.0.1'
  if many then
    address = string.format('127.1.%d.%d', many // 200, many % 200 + 1)
  end
  return kumo.make_queue_config { protocol = { smtp = { mx_list = { { name = domain, addr = address } } } } }
end)

kumo.on('get_egress_path_config', function()
  return kumo.make_egress_path {
    enable_tls = 'RequiredInsecure',
    smtp_port = @SINK@,
    connection_limit = 50,
    max_deliveries_per_connection = 100,
    max_ready = 100000,
    prohibited_hosts = {},
  }
end)
