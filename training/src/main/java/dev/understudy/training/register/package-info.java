/** Hands a trained model over to the registry, through its public API only. */
@NullMarked
package dev.understudy.training.register;

import org.jspecify.annotations.NullMarked;
