/**
 * What is measured in which order: the cases, the stage with its processes, and the rounds in turn
 * with the echo. Door: {@link dev.understudy.bench.rounds.GatewayBench}.
 */
@NullMarked
package dev.understudy.bench.rounds;

import org.jspecify.annotations.NullMarked;
