/**
 * The edge where truth comes in: checks batches of outcomes as a whole and writes them to
 * <em>outcomes</em>, and tells from the join's state what became of each. HTTP is known here and
 * nowhere else.
 */
@NullMarked
package dev.understudy.collector.outcome;

import org.jspecify.annotations.NullMarked;
