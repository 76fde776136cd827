/**
 * The client side of SMTP (RFC 5321): replies, extensions, one session. Its methods wait, each under a time limit, so they belong
 * on virtual threads; the bytes move on Netty's event loops, which never wait. Whether TLS is enough is not decided here.
 */
package dev.postern.gateway.smtp.client;
