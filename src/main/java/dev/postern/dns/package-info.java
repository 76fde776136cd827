/** Name resolution, for delivery, host access and what is said of certificates: asynchronous, cached by TTL, never on an event loop. */
package dev.postern.dns;
