/**
 * {@code postern run}: what the operator does in a cluster, for a folder of manifests on one machine. The plan, and the gateway
 * that serves it, are the same.
 */
package dev.postern.cli.standalone;

