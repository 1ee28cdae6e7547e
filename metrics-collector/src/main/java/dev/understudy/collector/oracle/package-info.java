/**
 * Checks the statistics against figures from outside: a file of cases in, mismatches out. It owns
 * the format of such files and which class of the judge computes which method; it owns no formula.
 * Plain Java, with Jackson where a file is read and a report is written.
 */
@NullMarked
package dev.understudy.collector.oracle;

import org.jspecify.annotations.NullMarked;
