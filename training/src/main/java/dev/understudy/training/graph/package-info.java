/**
 * Writes ONNX graphs that take the raw columns of an application, strings and missing values
 * included: preparation, model head, and the faults of the candidate that must fail.
 */
@NullMarked
package dev.understudy.training.graph;

import org.jspecify.annotations.NullMarked;
