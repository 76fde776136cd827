/** What is known of each gateway, and the conditions that follow from it: pure functions. */
package dev.postern.operator.status;
