/** Protobuf messages and Kafka connections, as the other rooms need them. */
@NullMarked
package dev.understudy.registry.wire;

import org.jspecify.annotations.NullMarked;
