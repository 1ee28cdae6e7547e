/**
 * What is counted of a test: sufficient statistics that add, so that partitions and days can be put
 * together in any grouping. Plain Java.
 */
@NullMarked
package dev.understudy.collector.comparison;

import org.jspecify.annotations.NullMarked;
