/** Certificate: the reconciler, which puts the other parts together, and metrics. */
package dev.postern.operator.certificate;
