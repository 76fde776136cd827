/** Mail servers under load, each set up as its makers advise for relaying: TLS on both sides, verified on neither, every message synced before it is answered 250, where the server can. */
package dev.postern.testing.mta;

