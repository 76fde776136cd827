/**
 * Alerts by mail to the administrators: failures of required TLS, gathered into one mail a domain and interval, sent past spool and
 * queue, and never over a path that itself failed. Nothing here delays mail, and no alert is raised about an alert.
 */
package dev.postern.gateway.alert;

