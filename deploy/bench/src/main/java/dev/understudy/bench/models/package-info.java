/**
 * What is measured: seeded models and the requests for them, in every form of the protocol. Doors:
 * {@link dev.understudy.bench.models.BenchModel} and {@link
 * dev.understudy.bench.models.RequestBody}.
 */
@NullMarked
package dev.understudy.bench.models;

import org.jspecify.annotations.NullMarked;
