/**
 * SMTP as a server: the codec (RFC 5321 with its extensions) and the sessions of the listeners. The codec's classes are pure:
 * they know buffers and no channel. {@code Reply} and {@code PathParser} serve delivery too.
 */
package dev.postern.gateway.smtp;
