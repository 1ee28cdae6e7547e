/**
 * Owns the Open Inference Protocol over REST and gRPC: paths, tensors in and out, and what an error
 * looks like.
 */
@NullMarked
package dev.understudy.gateway.protocol;

import org.jspecify.annotations.NullMarked;
