/**
 * The join: which prediction is judged, with which label, at which second of log time. The logic is
 * in plain classes over a small table; the processors around them are thin. Kafka Streams is known
 * here and nowhere else. {@link dev.understudy.collector.matching.Replay} runs the same classes
 * without it.
 */
@NullMarked
package dev.understudy.collector.matching;

import org.jspecify.annotations.NullMarked;
