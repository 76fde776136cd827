/**
 * The operator: reconcilers, one package per kind. All I/O with the Kubernetes API for them is here; Netty is not.
 *
 * <p>{@code gateway} turns the resources of one MailGateway into its plan and its pods, once a change whatever the number of
 * resources, and publishes what became of each on the {@code PlanBoard}. The other kinds' reconcilers read the board and write
 * their own status. {@code OperatorRuntime} puts the parts together.
 */
package dev.postern.operator;
