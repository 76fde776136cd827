/** What tests of several packages share: the real API server. */
package dev.postern.testing;
