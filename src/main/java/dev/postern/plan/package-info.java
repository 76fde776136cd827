/**
 * From resources to the plan that a gateway serves: a pure function. No I/O, no clock of its own, no Kubernetes client.
 *
 * <p>{@code PlanCompiler} turns a {@code ResourceSet} into a {@code GatewayPlan} and a list of {@code Problem}s, each tied
 * to one field of one resource. {@code PlanParts} cuts a plan into the pieces that are written, and puts them together
 * again after checking every digest.
 */
package dev.postern.plan;
