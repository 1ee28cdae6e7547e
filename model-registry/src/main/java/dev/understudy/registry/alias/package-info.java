/** Names that people give to versions, and which version each of them was when. */
@NullMarked
package dev.understudy.registry.alias;

import org.jspecify.annotations.NullMarked;
