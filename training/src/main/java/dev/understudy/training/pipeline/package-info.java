/** From rows to a version: prepare, train, evaluate on rows held out, package. */
@NullMarked
package dev.understudy.training.pipeline;

import org.jspecify.annotations.NullMarked;
