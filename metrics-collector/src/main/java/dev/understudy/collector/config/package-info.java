/** The collector's settings, in one interface. */
@NullMarked
package dev.understudy.collector.config;

import org.jspecify.annotations.NullMarked;
