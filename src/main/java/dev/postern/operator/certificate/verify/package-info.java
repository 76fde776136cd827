/** Whether others can verify what a Certificate serves: MX records, names, and who signed it. Lookups are made beside reconciliation. */
package dev.postern.operator.certificate.verify;
