/** What is to be announced on Kafka: written with the change, sent in order, at least once. */
@NullMarked
package dev.understudy.registry.outbox;

import org.jspecify.annotations.NullMarked;
