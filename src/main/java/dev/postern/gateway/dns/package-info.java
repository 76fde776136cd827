/** Name resolution for delivery and host access: asynchronous, cached by TTL, never on an event loop. */
package dev.postern.gateway.dns;
