/**
 * The sample data: real loan applications, their split into a half to learn from and a half to
 * serve, and the input contract of the model that answers them.
 */
@NullMarked
package dev.understudy.training.data;

import org.jspecify.annotations.NullMarked;
