/**
 * Judges a finished rollout once more from the log, and compares what was written with what follows
 * from it. Door: {@link dev.understudy.local.replay.RolloutReplay}. The judge is the collector's
 * own; what is here reads Kafka and compares.
 */
@NullMarked
package dev.understudy.local.replay;

import org.jspecify.annotations.NullMarked;
