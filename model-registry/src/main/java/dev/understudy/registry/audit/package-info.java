/** What happened: who did what to which thing, in the transaction that did it, never changed. */
@NullMarked
package dev.understudy.registry.audit;

import org.jspecify.annotations.NullMarked;
