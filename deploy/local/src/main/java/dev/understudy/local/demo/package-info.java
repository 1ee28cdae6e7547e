/**
 * The demo: four rehearsals on real loan applications, told while they happen and checked at the
 * end. Door: {@link dev.understudy.local.demo.Demo}.
 */
@NullMarked
package dev.understudy.local.demo;

import org.jspecify.annotations.NullMarked;
