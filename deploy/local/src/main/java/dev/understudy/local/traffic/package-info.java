/**
 * People who want credit: requests at a steady rate, and the truth about each, which comes later,
 * out of order, or never. Doors: {@link dev.understudy.local.traffic.Callers} and {@link
 * dev.understudy.local.traffic.Truth}.
 */
@NullMarked
package dev.understudy.local.traffic;

import org.jspecify.annotations.NullMarked;
