/** What the two directions of SMTP have in common when they read text: pure functions over octets. */
package dev.postern.gateway.smtp.text;
