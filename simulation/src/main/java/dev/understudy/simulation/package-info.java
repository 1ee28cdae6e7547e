/**
 * Made-up rollouts with a known truth, in thousands, judged by the classes that serve. It shows how
 * often the judge errs and how long it takes, beside reference figures that were computed
 * elsewhere. Deterministic: the same scenario, run and seed give the same units, whatever the
 * number of threads.
 */
@NullMarked
package dev.understudy.simulation;

import org.jspecify.annotations.NullMarked;
