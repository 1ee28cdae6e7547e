/** Artefacts by content: stored under their digest, never changed, and what is inside them. */
@NullMarked
package dev.understudy.registry.artefact;

import org.jspecify.annotations.NullMarked;
