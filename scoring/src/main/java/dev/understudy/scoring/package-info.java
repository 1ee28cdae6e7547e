/**
 * Loads a model and scores tensors. Owns what a tensor is, what a model promises to take and to
 * answer, and the native memory behind it. No framework, no port.
 */
@NullMarked
package dev.understudy.scoring;

import org.jspecify.annotations.NullMarked;
