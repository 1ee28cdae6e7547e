/** What the judge says: read from Kafka, checked, handed to the rollout, kept as it was signed. */
@NullMarked
package dev.understudy.registry.evaluation;

import org.jspecify.annotations.NullMarked;
