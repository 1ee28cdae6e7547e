/** How a candidate is measured: its KPI and its guards, as people write them and as they are. */
@NullMarked
package dev.understudy.registry.measure;

import org.jspecify.annotations.NullMarked;
