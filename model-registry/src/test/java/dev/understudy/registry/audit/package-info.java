@NullMarked
package dev.understudy.registry.audit;

import org.jspecify.annotations.NullMarked;
