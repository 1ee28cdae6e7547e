/**
 * Loads a model and scores tensors. Owns what a tensor is, what a model promises to take and to
 * answer, and the native memory behind it. No framework, no port: {@link
 * dev.understudy.scoring.EmbeddedModel} is the door of an application, {@link
 * dev.understudy.scoring.ModelPool} that of a gateway.
 */
@NullMarked
package dev.understudy.scoring;

import org.jspecify.annotations.NullMarked;
