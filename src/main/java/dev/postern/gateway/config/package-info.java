/**
 * From a written plan to the one in force: {@code PlanSource}s read it (the API, the mounted copy, a folder),
 * {@code PlanHolder} checks it, makes an {@code ActivePlan} of it and swaps it in whole.
 */
package dev.postern.gateway.config;
