/** The settings of the registry, each with its sentence and its default. */
@NullMarked
package dev.understudy.registry.config;

import org.jspecify.annotations.NullMarked;
