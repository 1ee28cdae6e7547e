/**
 * What every HTTP edge shares: refusals as RFC 9457 problems, strict JSON, the limit of bodies, and
 * the checks of what comes in.
 */
@NullMarked
package dev.understudy.registry.problem;

import org.jspecify.annotations.NullMarked;
