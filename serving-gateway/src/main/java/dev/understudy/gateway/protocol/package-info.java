/**
 * Owns the Open Inference Protocol over REST: paths, JSON in and out, and what an error looks like.
 */
@NullMarked
package dev.understudy.gateway.protocol;

import org.jspecify.annotations.NullMarked;
