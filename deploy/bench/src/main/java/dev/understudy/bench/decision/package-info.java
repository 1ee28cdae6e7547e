/**
 * How long a decision takes once its evidence is there, on a stack of its own. Door: {@link
 * dev.understudy.bench.decision.DecisionBench}.
 */
@NullMarked
package dev.understudy.bench.decision;

import org.jspecify.annotations.NullMarked;
