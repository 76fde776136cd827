/** Users of SMTP AUTH: names and passwords as SASL compares them, and what is kept of a password. Pure. */
package dev.postern.sasl;
