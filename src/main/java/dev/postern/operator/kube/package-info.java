/** What the reconcilers share of the Kubernetes API: caches of the five kinds, server-side apply, triggers, events. */
package dev.postern.operator.kube;
