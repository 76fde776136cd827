/** Who may send, and to whom: the host access table and the recipient access table, ready for lookups. Pure. */
package dev.postern.gateway.access;

