/**
 * The gateway under test as a process of its own: what lies on its disk before it starts, and what
 * it used of the machine. Door: {@link dev.understudy.bench.gateway.MeasuredGateway}.
 */
@NullMarked
package dev.understudy.bench.gateway;

import org.jspecify.annotations.NullMarked;
