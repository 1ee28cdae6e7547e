/** The reference pipeline as a command: prepare, train, evaluate, package, register. */
@NullMarked
package dev.understudy.training;

import org.jspecify.annotations.NullMarked;
