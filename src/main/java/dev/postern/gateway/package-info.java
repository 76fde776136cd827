/** The SMTP gateway: {@code Gateway} puts its parts together. Kubernetes is known to {@code config} and {@code report} alone. */
package dev.postern.gateway;
