/** MailGateway: gathers, compiles, writes the plan and the objects that run its pods; tells the other kinds what became of them. */
package dev.postern.operator.gateway;
