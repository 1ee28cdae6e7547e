/**
 * Tests that stay valid however often one looks: exact betting tests for bounded contrasts, the
 * asymptotic confidence sequence for figures that have none, and the Dirichlet-multinomial test for
 * shares; with the estimates that feed them, and what is computed for display. Records in, records
 * out; plain Java.
 */
@NullMarked
package dev.understudy.collector.statistics;

import org.jspecify.annotations.NullMarked;
