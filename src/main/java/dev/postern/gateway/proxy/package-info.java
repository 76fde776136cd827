/** PROXY protocol, versions 1 and 2: what a trusted proxy says before everything else of who the client is. Pure. */
package dev.postern.gateway.proxy;

