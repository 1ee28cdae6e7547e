/**
 * The collector's join and judge against a bare keyed join, both on the same log of a real broker,
 * with the same settings of Kafka Streams. Door: {@link
 * dev.understudy.bench.collector.CollectorBench}.
 */
@NullMarked
package dev.understudy.bench.collector;

import org.jspecify.annotations.NullMarked;
