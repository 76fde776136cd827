/** MailFlowPolicy: its status. */
package dev.postern.operator.policy;
