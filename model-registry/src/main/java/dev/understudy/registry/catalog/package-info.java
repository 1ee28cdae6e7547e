/** Projects, their models with the contract that clients rely on, and the models' versions. */
@NullMarked
package dev.understudy.registry.catalog;

import org.jspecify.annotations.NullMarked;
