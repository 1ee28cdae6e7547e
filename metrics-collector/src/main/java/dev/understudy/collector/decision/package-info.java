/**
 * What the evidence of a test means: the rule of promotion, and the sentences that explain it.
 * Pure: the same tally at the same instant of log time gives the same evaluation. Plain Java.
 */
@NullMarked
package dev.understudy.collector.decision;

import org.jspecify.annotations.NullMarked;
