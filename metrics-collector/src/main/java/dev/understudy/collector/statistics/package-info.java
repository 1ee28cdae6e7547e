/**
 * Tests that stay valid however often one looks: exact betting tests for bounded contrasts and the
 * Dirichlet-multinomial test for shares. Numbers in, numbers out; plain Java.
 */
@NullMarked
package dev.understudy.collector.statistics;

import org.jspecify.annotations.NullMarked;
