/**
 * What traffic a model's versions get: routes, rollouts and their tests. {@link
 * dev.understudy.registry.rollout.RolloutControl} is the door; {@code RolloutMoves} decides and
 * {@code RolloutState} knows which moves are legal.
 */
@NullMarked
package dev.understudy.registry.rollout;

import org.jspecify.annotations.NullMarked;
