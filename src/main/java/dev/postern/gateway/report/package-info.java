/**
 * What the gateway tells: the mail log, Kubernetes events, metrics. Nothing here ever delays mail: queues are bounded, and
 * what does not fit is dropped and counted.
 */
package dev.postern.gateway.report;
