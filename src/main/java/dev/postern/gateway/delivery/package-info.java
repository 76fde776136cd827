/**
 * From the spool to other servers. {@code Scheduler} knows what is due for which domain; a {@code DomainWorker} on a virtual thread
 * takes it from there, one connection at a time: {@code HostWalk} finds hosts, {@code Dialer} opens a connection at the
 * destination's TLS level, {@code Settler} writes down what became of each recipient, with a DSN where one is due.
 */
package dev.postern.gateway.delivery;
