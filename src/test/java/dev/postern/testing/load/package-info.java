/** The load tool of the benches: a sender and a sink in one process of its own, so that what was accepted is compared with what arrived, by one clock. */
package dev.postern.testing.load;

