/**
 * What was found, for people and for programs. Door: {@link
 * dev.understudy.bench.report.CaseReport}.
 */
@NullMarked
package dev.understudy.bench.report;

import org.jspecify.annotations.NullMarked;
