/**
 * The join: which prediction is judged, with which label, at which second of log time. The logic is
 * in plain classes over a small table; the processors around them are thin. Kafka Streams is known
 * here and nowhere else.
 */
@NullMarked
package dev.understudy.collector.matching;

import org.jspecify.annotations.NullMarked;
