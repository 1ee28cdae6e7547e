/** Experiments and their runs: what was tried, with which parameters, what it gave, which files. */
@NullMarked
package dev.understudy.registry.run;

import org.jspecify.annotations.NullMarked;
